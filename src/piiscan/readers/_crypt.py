"""Password-protected Office files: tries the passwords that were given, and the one that everybody has."""

from __future__ import annotations

import io
import logging
from typing import Any

from piiscan.content import BytesContent
from piiscan.errors import ReadError
from piiscan.model import Content
from piiscan.protocols import ReadContext

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DEFAULT = "VelvetSweatshop"
"""Excel encrypts workbooks that are merely write-protected with this fixed password."""


def decrypted(content: Content, context: ReadContext) -> Content:
    """The same document without its encryption; the content itself where it has none.

    Raises ReadError `encrypted` where no password fits.
    """
    if not content.head().startswith(OLE_MAGIC):
        return content
    import msoffcrypto

    logging.getLogger("msoffcrypto").setLevel(logging.CRITICAL)
    with content.open() as stream:
        try:
            document = msoffcrypto.OfficeFile(stream)
            if not document.is_encrypted():
                return content
        except Exception:  # noqa: BLE001 - the library raises whatever a broken file makes it raise
            if "EncryptedPackage".encode("utf-16-le") in content.head():
                raise ReadError("encrypted", "damaged container") from None
            return content  # whoever reads it will say what is wrong with it
        for password in (*context.passwords, _DEFAULT):
            context.budget.check_time()
            data = _try(document, password)
            if data:
                context.budget.spend(len(data))
                return BytesContent(data, content.name)
    raise ReadError("encrypted", type(document).__name__)


def _try(document: Any, password: str) -> bytes | None:
    out = io.BytesIO()
    try:
        document.load_key(password=password)
        document.decrypt(out)
    except Exception:  # noqa: BLE001 - a wrong password shows in many ways
        return None
    data = out.getvalue()
    # Old schemes accept wrong passwords and produce noise.
    return data if data[:4] == b"PK\x03\x04" or data.startswith(OLE_MAGIC) else None
