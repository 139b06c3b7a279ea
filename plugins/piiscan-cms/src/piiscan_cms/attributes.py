"""The names of attributes that items of a CMS carry into the inventory."""

PATH = "cms.path"
"""What the patterns of include and exclude are matched against."""

FILE = "cms.file"
"""The address of the file that is read."""

ORIGINAL = "cms.shown"
"""The address of the scaled version that pages show, where the file that is read is a larger original."""

LINK, EDIT = "cms.link", "cms.edit"
"""Where visitors see it; where an editor opens it."""

TYPE, STATUS = "cms.type", "cms.status"

OWNER = "access.owner"
BREADTH, PRINCIPALS, PUBLIC_PART = "access.breadth", "access.principals", "access.public-part"

# Shared with the worklist of photos. The texts are a family of their own, so that a run that does not read an item leaves them as they were.
PUBLIC, USED_ON, USES = "media.public", "media.used_on", "media.uses"
UPLOADED, SINCE = "media.uploaded", "media.public_since"
TITLE, CAPTION, ALT = "text.title", "text.caption", "text.alt"
