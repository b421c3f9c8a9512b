//! A line of JSON, read patiently: no panic, and the account adds up.
#![no_main]

mod reading;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // Lines, whatever they begin with.
    let lines = [b"{\"resourceLogs\":[]}\n", bytes].concat();
    reading::assert_adds_up(&lines, &reading::read(&lines, true));
});
