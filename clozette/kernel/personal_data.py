"""The ground floor keeps nothing about people; its tables are declared like everybody's."""

from clozette.kernel.personal import Declaration, NotPersonal, Table

_MACHINE = NotPersonal("a machine, not a person")

TABLES: Declaration = {
    "kernel_workers": Table(
        no_subject="worker processes",
        columns=dict.fromkeys(("id", "executor_id", "instance", "beats", "seen_at"), _MACHINE),
    ),
}
