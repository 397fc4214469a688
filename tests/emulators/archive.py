# SPDX-License-Identifier: GPL-3.0-or-later
"""NSKeyedArchiver: values to archives and back."""

import plistlib
from plistlib import UID

ARCHIVER = "NSKeyedArchiver"


class Null:
    """The null object, which stands in arrays and dictionaries; nil itself cannot."""


class Instance:
    """An object of another class, with the keys that it archives."""

    def __init__(self, names, **keys):
        self.names = names  # the class and those that it descends from
        self.keys = keys


class Writer:
    def __init__(self):
        self.objects = ["$null"]
        self.classes = {}

    def add(self, value):
        """Appends a value and returns its number."""
        if value is None:
            return UID(0)
        place = len(self.objects)
        self.objects.append(None)
        self.objects[place] = self._encode(value)
        return UID(place)

    def _encode(self, value):
        if value is Null:
            return {"$class": self._class("NSNull", "NSObject")}
        if isinstance(value, Instance):
            return {**{key: self.add(item) for key, item in value.keys.items()}, "$class": self._class(*value.names)}
        if isinstance(value, dict):
            return {"NS.keys": [self.add(key) for key in value], "NS.objects": [self.add(item) for item in value.values()],
                    "$class": self._class("NSMutableDictionary", "NSDictionary", "NSObject")}
        if isinstance(value, (list, tuple)):
            return {"NS.objects": [self.add(item) for item in value], "$class": self._class("NSMutableArray", "NSArray", "NSObject")}
        return value

    def _class(self, *names):
        if names not in self.classes:
            self.objects.append({"$classname": names[0], "$classes": list(names)})
            self.classes[names] = UID(len(self.objects) - 1)
        return self.classes[names]


def dumps(value):
    writer = Writer()
    top = {"root": writer.add(value)}
    return plistlib.dumps({"$version": 100000, "$archiver": ARCHIVER, "$top": top, "$objects": writer.objects}, fmt=plistlib.FMT_BINARY)


def loads(data):
    """The root of an archive; an object of an unknown class comes as a dictionary of its keys. Raises ValueError."""
    try:
        archive = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
        objects, root = archive["$objects"], archive["$top"]["root"]
        return _decode(objects, root, 0)
    except Exception as error:  # plistlib lets through whatever its parsers raise
        raise ValueError(f"no archive: {error}") from error


def _decode(objects, uid, depth):
    if depth > 64:
        raise ValueError("nested too deeply")
    value = objects[uid.data]
    if value == "$null":
        return None
    if not isinstance(value, dict):
        return value
    name = objects[value["$class"].data]["$classname"]
    if name == "NSNull":
        return None
    items = [_decode(objects, item, depth + 1) for item in value.get("NS.objects", ())]
    if "NS.keys" in value:
        return dict(zip((_decode(objects, key, depth + 1) for key in value["NS.keys"]), items))
    if "NS.objects" in value:
        return items
    if "NS.string" in value:
        return value["NS.string"]
    return {key: _decode(objects, item, depth + 1) if isinstance(item, UID) else item
            for key, item in value.items() if key != "$class"}
