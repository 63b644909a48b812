"""Run what waits here and now, without a worker; for tests and for filling a demo."""

import uuid

from dbos._serialization import deserialize_args
from flask import Flask, has_app_context

from clozette.kernel.database import db
from clozette.kernel.tasks.perform import perform
from clozette.kernel.tasks.store import QUEUE, VERSION, client_of

_EXECUTOR = "drain"


def drain(app: Flask, limit: int = 1000) -> int:
    """Run the tasks that wait, and those they ask for, in this process; return how many ran.

    They are claimed by the statement that a worker uses, and marked as done. What the caller's own session holds is
    committed first, as at the edge. A task that fails raises here and is not tried again.

    :raises RuntimeError: after ``limit`` tasks: one of them seems to ask for itself for ever.
    """
    if has_app_context():
        db.session.commit()
    ran = 0
    while claimed := _claim(app):
        for workflow_id, owner in claimed:
            ran += 1
            if ran > limit:
                raise RuntimeError(f"more than {limit} tasks: does one ask for itself?")
            _run(app, workflow_id, owner)
    return ran


def _claim(app: Flask) -> list[tuple[str, str]]:
    client = client_of(app)
    queue = client.retrieve_queue(QUEUE)
    if queue is None:
        raise RuntimeError("the tables of the tasks are missing; call tasks.create_tables(app)")
    owner = uuid.uuid4().hex
    ids, _ = client._sys_db.start_queued_workflows(queue, _EXECUTOR, VERSION, None, owner_xid=owner)
    return [(workflow_id, owner) for workflow_id in ids]


def _run(app: Flask, workflow_id: str, owner: str) -> None:
    system = client_of(app)._sys_db
    (status,) = system.get_workflow_statuses([workflow_id])
    name, ids, _ = deserialize_args(status["inputs"], status["serialization"], system.serializer)["args"]
    outcome = "ERROR"
    try:
        perform(app, name, ids)
        outcome = "SUCCESS"
    finally:
        system.update_workflow_outcome(workflow_id, outcome, owner_xid=owner)  # type: ignore[arg-type]
