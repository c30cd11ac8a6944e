// The runner of one test. The student's crate is safe Rust that opens nothing: the key is out of its reach.
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::io::FromRawFd;
use test::{test_main_static, TestDescAndFn};

pub fn run(tests: &[&TestDescAndFn]) {
    let mut told = Vec::new();
    let taken = unsafe { File::from_raw_fd(4) }.read_to_end(&mut told);
    let (key, name) = told.split_at(told.len().min(32));
    let wanted = std::str::from_utf8(name).unwrap_or_default();
    let chosen: Vec<&TestDescAndFn> = tests
        .iter()
        .filter(|one| !one.desc.ignore && one.desc.name.as_slice().rsplit("::").next() == Some(wanted))
        .copied()
        .collect();
    if taken.is_err() || chosen.len() != 1 {
        std::process::exit(1);
    }
    // It comes back only when the test has passed.
    test_main_static(&chosen);
    let hex: String = key.iter().map(|byte| format!("{:02x}", byte)).collect();
    let mut answer = unsafe { File::from_raw_fd(3) };
    let _ = writeln!(answer, "{} passed 0", hex);
    std::process::exit(0);
}
