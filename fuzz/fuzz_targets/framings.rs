//! Bytes of any form, and the same as the body of a frame: no panic, and the account adds up.
#![no_main]

mod reading;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    reading::assert_adds_up(bytes, &reading::read(bytes, false));
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let framed = [&length.to_be_bytes(), bytes].concat();
    reading::assert_adds_up(&framed, &reading::read(&framed, false));
});
