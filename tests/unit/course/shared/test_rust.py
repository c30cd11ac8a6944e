"""What a student's files in Rust must not have where tests share the process."""

from __future__ import annotations

import pytest

from judge.course.shared.rust import complaint_of

FINE = """\
use std::collections::HashMap;
use std::{cmp::Ordering, fmt, io::{self, Read}};
use std::{/* one { /* two */ */ rc::{Rc, Weak as Faint}, // three }
    sync::{atomic::{AtomicU8, *}},};
/// A process of the file system: fs, os, env.
pub struct Account { process: i64 }
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, "{}", self.process) }
}
pub fn main() { let fs: HashMap<i32, i32> = std::collections::HashMap::new(); drop(fs); std::println!("{}", 1); }
"""


def test_usual_code_is_taken() -> None:
    assert complaint_of(FINE) == ""


@pytest.mark.parametrize(
    "text",
    [
        "std::process::exit(0)",
        "std :: process::exit(0)",
        "std/**/::process::exit(0)",
        "::std::fs::read(p)",
        "use std::fs::File;",
        "use std::{fmt, fs};",
        "use std::{/* { */ fs};",
        "use std::{{fs, os::fd as ofd, process};",
        "use std::{io, {fs}};",
        "use std::{io, {{fmt, process}}};",
        "use std::{io /* /* */ } */, fs};",
        "use std::{io /* // /* \n */ } */, fs};",
        "use std::{io // /*\n, fs, /* */ fmt};",
        "use std :: { io , r#fs };",
        "use ::std::fs;",
        "use std::{self, io};",
        "use std::{super::fs};",
        "macro_rules! m { ($($t:tt)*) => { use std::{io $($t)*}; } } m!(, fs);",
        "use std::{fmt::{Display}, process::exit};",
        "use std::{self as s};",
        "use std::*;",
        "use std as s;",
        "use {std};",
        "extern crate std as s;",
        "r#std::r#fs::read(p)",
        "use std::r#fs;",
        "use std::{r#fs};",
        "macro_rules! m { ($a:ident) => { std::$a::exit(0) } }",
        "macro_rules! m { ($a:ident) => { $a::process::exit(0) } } fn f() { m!(std) }",
        "unsafe { }",
        "#[no_mangle] fn f() {}",
        '#[link_section = ".init_array"] static F: fn() = f;',
        'core::arch::global_asm!("nop");',
        "#[macro_export] macro_rules! assert_eq { () => {} }",
        'extern "C" { fn exit(code: i32) -> !; }',
        '#[path = "/etc/passwd"] mod a;',
        '#[link(name = "m")]',
    ],
)
def test_what_reaches_around_the_language_is_named(text: str) -> None:
    assert complaint_of(text) != ""
