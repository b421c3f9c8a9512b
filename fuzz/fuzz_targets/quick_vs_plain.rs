//! The quick way to read and the plain one say the same of any bytes.
#![no_main]

mod reading;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (quick, plain) = (reading::read(bytes, false), reading::read(bytes, true));
    reading::assert_adds_up(bytes, &quick);
    assert_eq!(quick.0, plain.0);
    assert_eq!(format!("{:?}", quick.1), format!("{:?}", plain.1));
});
