"""What the readers said, kept in plain Python: whom a newsletter may go to, whatever the database thinks."""

from dataclasses import dataclass, field

Pair = tuple[str, int]
"""A reader's address and a newsletter's number."""
COMES_BACK = {"left", "complained", "erased"}


@dataclass
class SignUp:
    """A form that was sent, and the token that went to the reader."""

    address: str
    newsletters: set[int]
    token: str
    is_good: bool = True


@dataclass
class Undo:
    """What the answer to a leaving lets its reader take back."""

    stamp: str
    path: str
    turns: dict[Pair, int]
    lifts: bool
    is_good: bool = True


@dataclass
class Truth:
    """The latest word about every reader and newsletter.

    :ivar said_yes: who may be written to as far as their own word goes; ``waits``, who asked and did not confirm.
    :ivar shut: why an address gets nothing; ``going``, who asked to be forgotten; ``offers``, who agreed to other
        companies' offers; ``turns``, how often something changed.
    """

    said_yes: set[Pair] = field(default_factory=set)
    known: set[Pair] = field(default_factory=set)
    waits: set[Pair] = field(default_factory=set)
    shut: dict[str, set[str]] = field(default_factory=dict)
    going: set[str] = field(default_factory=set)
    offers: set[str] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    third: set[int] = field(default_factory=set)
    turns: dict[Pair, int] = field(default_factory=dict)

    def may_get(self, address: str, newsletter: int) -> bool:
        """Whether a newsletter may go to an address now."""
        agreed = newsletter not in self.third or address in self.offers
        is_open = newsletter not in self.closed and address not in self.going and not self.shut.get(address)
        return agreed and is_open and (address, newsletter) in self.said_yes

    def ask(self, address: str, newsletters: set[int]) -> None:
        """Somebody typed the address into a form."""
        for pair in ((address, one) for one in newsletters):
            self.known.add(pair)
            if pair not in self.said_yes:
                self.waits.add(pair)
                self._turn(pair)

    def confirm(self, signup: SignUp) -> None:
        """Its reader pressed the button."""
        signup.is_good = False
        self.shut.setdefault(signup.address, set()).difference_update(COMES_BACK)
        for pair in ((signup.address, one) for one in signup.newsletters):
            if pair in self.waits:
                self._begin(pair)

    def take_in(self, pair: Pair) -> None:
        """Staff brought a list along: it counts for whom we never knew."""
        if pair not in self.known and not self.shut.get(pair[0]):
            self.known.add(pair)
            self._begin(pair)

    def leave(self, pair: Pair) -> bool:
        """Its reader left; say whether that ended anything that had been confirmed. Who leaves twice left once."""
        had = pair in self.said_yes
        if had or pair in self.waits:
            self._turn(pair)
        self.said_yes.discard(pair)
        self.waits.discard(pair)
        return had

    def undo(self, undo: Undo) -> bool:
        """Take a leaving back, as far as nothing happened since; say whether there was anything to take back."""
        back = [pair for pair, turn in undo.turns.items() if self.turns[pair] == turn]
        if not undo.is_good or not back:
            return False
        for pair in back:
            self._begin(pair)
        if undo.lifts:
            self.close_to(back[0][0]).discard("left")
        return True

    def close_to(self, address: str) -> set[str]:
        """Return why an address gets nothing, to be added to."""
        return self.shut.setdefault(address, set())

    def end_all(self, address: str, reason: str) -> None:
        """Nothing may go there any more."""
        self.close_to(address).add(reason)
        for pair in list(self.known):
            if pair[0] == address:
                self.leave(pair)
                self._turn(pair)

    def forget(self, address: str) -> None:
        """Carry an erasure out."""
        self.end_all(address, "erased")
        self.known = {pair for pair in self.known if pair[0] != address}
        self.going.discard(address)
        self.offers.discard(address)

    def run_out(self, forgotten: set[str]) -> None:
        """A week went by; of some who never confirmed anything nothing is left."""
        self.waits.clear()
        self.known = {pair for pair in self.known if pair[0] not in forgotten}

    def _begin(self, pair: Pair) -> None:
        self.waits.discard(pair)
        self.said_yes.add(pair)
        self._turn(pair)

    def _turn(self, pair: Pair) -> None:
        self.turns[pair] = self.turns.get(pair, 0) + 1
