"""The ground floor keeps nothing about people."""

from clozette.kernel.personal import Declaration, NotPersonal, Table

TABLES: Declaration = {
    "kernel_workers": Table(
        no_subject="signs of life of the site's own worker processes",
        columns={
            "id": NotPersonal(),
            "executor_id": NotPersonal("the name of a process"),
            "instance": NotPersonal("tells two processes apart"),
            "beats": NotPersonal("a counter"),
            "seen_at": NotPersonal("when the process beat last"),
        },
    ),
}
