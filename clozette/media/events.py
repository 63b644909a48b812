"""What happens to photos."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PhotoAdded:
    """A photo was taken in; some of its widths are not made yet."""

    photo_id: int


@dataclass(frozen=True)
class PhotoRemoved:
    """A photo's row is gone; its files, in ``folder``, are to follow."""

    folder: str
