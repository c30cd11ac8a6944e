"""Stubs: what a teacher's tests are compiled and run against in place of a student's classes.

They are made from the compiled classes of the reference solution: everything that a compiler sees stays (names, types,
generics, exceptions that are declared), private members and all bodies go. Each body hands the call to
``judgecourse.Bridge``, which takes it to the student's container. All bodies are straight lines: no branch, so that no
stack map is needed.

Constants of the reference solution are not stubs' constants: a compiler would copy them into the tests.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from judge.course.java.class_format import (
    ABSTRACT,
    ENUM,
    FINAL,
    INTERFACE,
    NATIVE,
    PRIVATE,
    PUBLIC,
    STATIC,
    STRICT,
    SYNCHRONIZED,
    SYNTHETIC,
    Attribute,
    ClassFile,
    ClassFormatFault,
    Member,
    Pool,
    parameters_of,
    write_class,
)
from judge.course.java.code import Code

_OBJECT, _ENUM, _RECORD = "java/lang/Object", "java/lang/Enum", "java/lang/Record"

#: Of the program that runs the tests; what stubs call.
BRIDGE, STUB, TOKEN = "judgecourse/Bridge", "judgecourse/Stub", "judgecourse/Token"
_CALL = (
    "(Ljava/lang/Object;Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/Object;"
)
_CONSTRUCT = "(Ljudgecourse/Stub;Ljava/lang/String;Ljava/lang/String;[Ljava/lang/Object;)V"
_BY_TOKEN = f"(L{TOKEN};)V"

#: Classes of the library of which nothing but a message is asked.
_MAY_BE_ABOVE = re.compile(r"java/lang/(?:Object|Enum|Record|Throwable)|javax?/(?:\w+/)+\w*(?:Exception|Error)")

#: Attributes that say what a compiler has to know.
_KEPT_OF_CLASS = {"Signature", "InnerClasses", "Record", "PermittedSubclasses", "BootstrapMethods", "SourceFile"}
_KEPT_OF_MEMBER = {"Signature", "Exceptions"}


def is_part_of_api(one: ClassFile) -> bool:
    """Whether tests can name this class: it is neither anonymous, nor local, nor private, nor the compiler's own."""
    if one.access & SYNTHETIC or one.attribute("EnclosingMethod") is not None:
        return False
    inner = one.attribute("InnerClasses") or b"\0\0"
    for at in range(2, len(inner) - 7, 8):
        number, _, named, access = struct.unpack_from(">HHHH", inner, at)
        if one.pool.class_of(number) == one.name:
            return bool(named) and not access & PRIVATE
    return True


def stubs_of(classes: Iterable[ClassFile], *, to_run: bool) -> dict[str, bytes]:
    """Class files by their names below a class path. ``to_run``: what the tests run with; else they are compiled
    against it, where abstract classes are still abstract.

    Raises ClassFormatFault with words for a class that no stub can be made of.
    """
    api = {one.name: one for one in classes if is_part_of_api(one)}
    return {f"{name}.class": write_class(_stub(one, api, to_run=to_run)) for name, one in api.items()}


def _stub(one: ClassFile, api: Mapping[str, ClassFile], *, to_run: bool) -> ClassFile:
    if one.super_name not in api and not _MAY_BE_ABOVE.fullmatch(one.super_name):
        raise ClassFormatFault(f"{one.name} extends {one.super_name}, whose own methods would run in the tests")
    pool = one.pool.copy()
    attributes = tuple(item for item in one.attributes if item.name in _KEPT_OF_CLASS)
    fields = tuple(_plain(item, ()) for item in one.fields if not item.access & (PRIVATE | SYNTHETIC))
    access = one.access
    if to_run:
        attributes = tuple(item for item in attributes if item.name not in ("PermittedSubclasses", "Record"))
        fields = tuple(item for item in fields if item.access & ENUM)
        access = access | PUBLIC if access & INTERFACE else access & ~(ABSTRACT | FINAL) | PUBLIC
    methods = [_method(one, item, api, pool, to_run=to_run) for item in one.methods if _is_seen(item)]
    interfaces = one.interfaces
    if not one.access & INTERFACE:
        methods += _added(one, api, pool)
        if to_run and one.super_name not in api:
            interfaces = (*interfaces, STUB)
    return replace(
        one,
        pool=pool,
        access=access,
        interfaces=interfaces,
        fields=fields,
        methods=tuple(methods),
        attributes=attributes,
    )


def _is_seen(method: Member) -> bool:
    return not method.access & PRIVATE and method.name != "<clinit>" and "lambda$" not in method.name


def _plain(member: Member, more: tuple[Attribute, ...]) -> Member:
    kept = tuple(item for item in member.attributes if item.name in _KEPT_OF_MEMBER)
    return replace(member, attributes=(*kept, *more))


def _method(one: ClassFile, method: Member, api: Mapping[str, ClassFile], pool: Pool, *, to_run: bool) -> Member:
    is_interface = bool(one.access & INTERFACE)
    if method.access & ABSTRACT and (is_interface or not to_run):
        return _plain(method, ())
    access = method.access & ~(NATIVE | SYNCHRONIZED | STRICT)
    if to_run:
        access &= ~(ABSTRACT | FINAL) if not is_interface else ~0
    code = Code(pool)
    if method.name == "<init>":
        _call_above(code, one, api)
        _hand_over(code, one, method, is_constructor=True)
    else:
        _hand_over(code, one, method, is_constructor=False)
    return replace(_plain(method, (code.attribute(),)), access=access)


def _call_above(code: Code, one: ClassFile, api: Mapping[str, ClassFile]) -> None:
    """The constructor of the class above, as every constructor begins."""
    code.load("L", 0)
    if one.super_name in api:
        code.null()
        code.invoke_special(one.super_name, "<init>", _BY_TOKEN)
    else:
        code.invoke_special(one.super_name, "<init>", "()V")


def _hand_over(code: Code, one: ClassFile, method: Member, *, is_constructor: bool) -> None:
    types, result = parameters_of(method.descriptor)
    is_static = bool(method.access & STATIC)
    code.null() if is_static else code.load("L", 0)
    code.string(one.name.replace("/", "."))
    if not is_constructor:
        code.string(method.name)
    code.string(method.descriptor)
    code.array_of(types, 0 if is_static else 1)
    if is_constructor:
        code.invoke_static(BRIDGE, "construct", _CONSTRUCT)
        code.give_back("V")
        return
    code.invoke_static(BRIDGE, "call", _CALL)
    code.give_back(result)


def _added(one: ClassFile, api: Mapping[str, ClassFile], pool: Pool) -> list[Member]:
    """What every stub of a class has besides."""
    is_first = one.super_name not in api
    if one.super_name == _ENUM:
        return _of_enum(one, pool)
    made = Code(pool)
    _call_above(made, one, api)
    made.give_back("V")
    methods = [Member(PUBLIC | SYNTHETIC, "<init>", _BY_TOKEN, (made.attribute(),))]
    has_message = any(item.name == "getMessage" and item.descriptor == "()Ljava/lang/String;" for item in one.methods)
    if is_first and one.super_name not in (_OBJECT, _RECORD) and not has_message:
        methods.append(_message(pool))
    return methods


def _message(pool: Pool) -> Member:
    """An exception's message comes with it; of other classes nobody calls this."""
    code = Code(pool)
    code.load("L", 0)
    code.invoke_static(BRIDGE, "message", "(Ljava/lang/Object;)Ljava/lang/String;")
    code.give_back("Ljava/lang/String;")
    return Member(PUBLIC | SYNTHETIC, "getMessage", "()Ljava/lang/String;", (code.attribute(),))


def _of_enum(one: ClassFile, pool: Pool) -> list[Member]:
    """The constants are there as the class is: names and order are the reference's."""
    made, begin = Code(pool), Code(pool)
    made.load("L", 0)
    made.load("L", 1)
    made.load("I", 2)
    made.invoke_special(_ENUM, "<init>", "(Ljava/lang/String;I)V")
    made.give_back("V")
    constants = [item for item in one.fields if item.access & ENUM]
    for number, item in enumerate(constants):
        begin.new(one.name)
        begin.duplicate()
        begin.string(item.name)
        begin.integer(number)
        begin.invoke_special(one.name, "<init>", "(Ljava/lang/String;I)V")
        begin.put_static(one.name, item.name, item.descriptor)
    begin.give_back("V")
    return [
        Member(PRIVATE | SYNTHETIC, "<init>", "(Ljava/lang/String;I)V", (made.attribute(),)),
        Member(STATIC, "<clinit>", "()V", (begin.attribute(),)),
    ]


# -- fields ---------------------------------------------------------------------------------------------------

#: The class with one static method for each way in which the tests use a field.
FIELDS = "judgecourse/Fields"


def accessors_of(used: Collection[tuple[str, str, str, str]]) -> bytes:
    """The class :data:`FIELDS`. ``used``: (accessor, owner, field, descriptor), the accessor as
    :func:`judge.course.java.field_access.accessor_of` calls it."""
    pool = Pool()
    one = ClassFile((52, 0), pool, PUBLIC | FINAL | 0x0020, FIELDS, _OBJECT)
    methods = tuple(_accessor(pool, *use) for use in sorted(used))
    return write_class(replace(one, methods=methods))


def _accessor(pool: Pool, accessor: str, owner: str, name: str, descriptor: str) -> Member:
    operation = accessor.partition("$")[0]
    code = Code(pool)
    is_static, is_set = operation.endswith("static"), operation.startswith("put")
    types = ((descriptor,) if is_set else ()) if is_static else (f"L{_OBJECT};", *((descriptor,) if is_set else ()))
    code.null() if is_static else code.load("L", 0)
    code.string(owner.replace("/", "."))
    code.string(name)
    code.string(descriptor)
    code.array_of((descriptor,) if is_set else (), 0 if is_static else 1)
    code.invoke_static(BRIDGE, "field", _CALL)
    code.give_back("V" if is_set else descriptor)
    return Member(PUBLIC | STATIC, accessor, f"({''.join(types)}){'V' if is_set else descriptor}", (code.attribute(),))
