#![feature(custom_test_frameworks, test)]
#![test_runner(crate::judge_run::run)]
extern crate test;
mod judge_run;
// TESTS
