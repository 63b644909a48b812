"""A picture for mails: JPEG, which every mail program shows; several know no WebP."""

from io import BytesIO

from PIL import Image

QUALITY = 82


def as_jpeg(own: bytes) -> bytes:
    """Return one of our own derived files as JPEG, on white where it was see-through."""
    with Image.open(BytesIO(own)) as picture:
        shown = picture.convert("RGBA")
    flat = Image.new("RGB", shown.size, "white")
    flat.paste(shown, mask=shown.getchannel("A"))
    made = BytesIO()
    flat.save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()
