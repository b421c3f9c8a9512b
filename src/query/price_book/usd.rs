//! Money that adds up: US dollars and rates as whole numbers of pico-dollars.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use crate::words::{Sentence, sentence};

const PICO_DIGITS: usize = 12;
/// No rate is higher, so that amounts stay far from the end of `u128`.
const HIGHEST_USD_PER_MILLION: u64 = 1_000_000;
const RATE_DECIMALS: usize = 6;

/// A price in pico-dollars (10⁻¹² US dollars) per token, which is millionths of a dollar per million tokens: a list
/// price with up to six decimals is a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u64);

impl Rate {
    /// Reads US dollars per 1 million tokens, written as a plain decimal: `1.25`.
    ///
    /// # Errors
    /// When it is none, or none that a rate can be: a sentence that names the text.
    pub fn from_usd_per_million(text: &str) -> Result<Self, Sentence> {
        let quoted = format!("\"{text}\"");
        if text.starts_with('-') {
            return Err(sentence!("a rate cannot be negative: {name}", name = quoted));
        }
        let not_decimal =
            || sentence!("not a decimal number of US dollars such as \"1.25\": {name}", name = quoted);
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return Err(not_decimal()),
            None => (text, ""),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(not_decimal());
        }
        if fraction.len() > RATE_DECIMALS {
            return Err(sentence!("a rate has at most {} decimals: {name}", RATE_DECIMALS, name = quoted));
        }
        let too_high =
            || sentence!("a rate is at most {} US dollars: {name}", HIGHEST_USD_PER_MILLION, name = quoted);
        let pico = format!("{whole}{fraction:0<RATE_DECIMALS$}").parse().map_err(|_| too_high())?;
        if pico > HIGHEST_USD_PER_MILLION * 1_000_000 { Err(too_high()) } else { Ok(Self(pico)) }
    }

    /// Pico-dollars (10⁻¹² US dollars) per token.
    #[must_use]
    pub fn pico_usd_per_token(self) -> u64 {
        self.0
    }

    /// What `tokens` tokens cost at this rate, exactly.
    #[must_use]
    pub fn of(self, tokens: u64) -> Usd {
        Usd(u128::from(self.0) * u128::from(tokens))
    }
}

/// US dollars per 1 million tokens, exact, with at least two decimals: `1.25`, `0.005`, `10.00`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A million tokens cost what one token costs, read in millionths.
        let exact = exact(u128::from(self.0), RATE_DECIMALS);
        let (whole, fraction) = exact.split_once('.').unwrap_or((&exact, ""));
        f.pad(&format!("{whole}.{fraction:0<2}"))
    }
}

/// An amount of US dollars, held exactly as whole pico-dollars (10⁻¹² US dollars).
///
/// Sums saturate instead of wrapping, so that they stay independent of order whatever the counts in a log are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(u128);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount given in pico-dollars (10⁻¹² US dollars).
    #[must_use]
    pub const fn from_pico(pico_usd: u128) -> Self {
        Self(pico_usd)
    }

    /// The amount in pico-dollars (10⁻¹² US dollars).
    #[must_use]
    pub const fn pico(self) -> u128 {
        self.0
    }

    /// The amount in US dollars, exact, without a sign and without trailing zeros: `1.37`, `0.000000125`, `0`. It is
    /// also a JSON number.
    #[must_use]
    pub fn to_decimal_string(self) -> String {
        exact(self.0, PICO_DIGITS)
    }

    /// The amount in US dollars, as the floating-point number nearest to it.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        // Division would round twice; reading a decimal rounds once.
        self.to_decimal_string().parse().unwrap_or(f64::INFINITY)
    }

    /// How many decimals tell a reader something: cents, and below ten cents two significant digits.
    fn decimals(self) -> usize {
        // The digit after the last one decides, lest $0.095 reads $0.10 or $0.0999 reads $0.100.
        (2..PICO_DIGITS).find(|&decimals| self.in_units_of(decimals + 1) >= 100).unwrap_or(PICO_DIGITS)
    }

    /// Rounded half up to whole units of 10^-decimals dollars.
    fn in_units_of(self, decimals: usize) -> u128 {
        let unit = (decimals..PICO_DIGITS).fold(1_u128, |unit, _| unit * 10);
        self.0 / unit + u128::from(self.0 % unit >= unit.div_ceil(2))
    }
}

/// For people: `$1.37`, `$1,234.50`, `$0.0042`. Rounded half up to cents; an amount below ten cents keeps two
/// significant digits instead, so that nothing but zero reads `$0.00`.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ZERO {
            return f.pad("$0.00");
        }
        let decimals = self.decimals();
        let digits = format!("{:0>width$}", self.in_units_of(decimals), width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let mut text = String::from("$");
        for (place, digit) in whole.char_indices() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text.push('.');
        text.push_str(fraction);
        f.pad(&text)
    }
}

impl Add for Usd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::add)
    }
}

/// `amount` × 10^-`decimals`, exact, without trailing zeros.
fn exact(amount: u128, decimals: usize) -> String {
    let digits = format!("{amount:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usd(text: &str) -> Usd {
        // A rate is dollars per million tokens, so a million tokens cost the number itself.
        Rate::from_usd_per_million(text).unwrap().of(1_000_000)
    }

    #[test]
    fn a_list_price_is_a_whole_number_of_pico_dollars_per_token() {
        for (text, pico) in [("1.25", 1_250_000), ("0.005", 5_000), ("270", 270_000_000), ("0.000001", 1)] {
            assert_eq!(Rate::from_usd_per_million(text).unwrap().pico_usd_per_token(), pico, "{text}");
        }
    }

    #[test]
    fn a_rate_is_shown_as_it_is_listed() {
        let shown = ["1.25", "10", "0.5", "0.005", "3.125", "0"]
            .map(|text| Rate::from_usd_per_million(text).unwrap().to_string());
        assert_eq!(shown, ["1.25", "10.00", "0.50", "0.005", "3.125", "0.00"]);
    }

    #[test]
    fn what_is_not_a_rate_is_refused_by_name() {
        let texts = ["-1", "+1", "", ".5", "5.", "1e3", "1,25", "NaN", "0.0000001", "1000000.1", "1 ", "٣"];
        let reasons: Vec<_> =
            texts.iter().map(|text| Rate::from_usd_per_million(text).unwrap_err().english()).collect();
        insta::assert_snapshot!(reasons.join("\n"), @r#"
        a rate cannot be negative: "-1"
        not a decimal number of US dollars such as "1.25": "+1"
        not a decimal number of US dollars such as "1.25": ""
        not a decimal number of US dollars such as "1.25": ".5"
        not a decimal number of US dollars such as "1.25": "5."
        not a decimal number of US dollars such as "1.25": "1e3"
        not a decimal number of US dollars such as "1.25": "1,25"
        not a decimal number of US dollars such as "1.25": "NaN"
        a rate has at most 6 decimals: "0.0000001"
        a rate is at most 1000000 US dollars: "1000000.1"
        not a decimal number of US dollars such as "1.25": "1 "
        not a decimal number of US dollars such as "1.25": "٣"
        "#);
    }

    #[test]
    fn people_see_cents_and_below_ten_cents_two_significant_digits() {
        let shown = [
            "1.374999",
            "1.375",
            "0.999999",
            "0.995",
            "0.37",
            "0.0999",
            "0.095",
            "0.042",
            "0.00419",
            "0.000001",
            "1234567.891",
        ]
        .map(|text| {
            let (whole, fraction) = text.split_once('.').unwrap();
            let pico = format!("{whole}{fraction:0<12}").parse().unwrap();
            Usd::from_pico(pico).to_string()
        });
        assert_eq!(
            shown,
            [
                "$1.37",
                "$1.38",
                "$1.00",
                "$1.00",
                "$0.37",
                "$0.10",
                "$0.095",
                "$0.042",
                "$0.0042",
                "$0.0000010",
                "$1,234,567.89"
            ]
        );
        assert_eq!(Usd::ZERO.to_string(), "$0.00");
        assert_eq!(Usd::from_pico(1).to_string(), "$0.000000000001");
        assert_eq!(format!("{:>8}", usd("1.5")), "   $1.50");
    }

    #[test]
    fn machines_get_every_digit() {
        assert_eq!(usd("1.370000").to_decimal_string(), "1.37");
        assert_eq!(Usd::ZERO.to_decimal_string(), "0");
        assert_eq!(usd("20").to_decimal_string(), "20");
        assert_eq!(Usd::from_pico(125_000).to_decimal_string(), "0.000000125");
        assert_eq!(usd("0.1").as_f64().to_string(), "0.1");
        assert_eq!(Usd::from_pico(u128::MAX).to_decimal_string(), "340282366920938463463374607.431768211455");
    }

    #[test]
    fn a_sum_that_is_too_large_stays_the_largest_amount() {
        assert_eq!(Usd::from_pico(u128::MAX) + Usd::from_pico(1), Usd::from_pico(u128::MAX));
    }

    proptest! {
        #[test]
        fn a_decimal_string_says_the_amount_and_nothing_else(pico: u128) {
            let text = Usd::from_pico(pico).to_decimal_string();
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            prop_assert_eq!(format!("{whole}{fraction:0<12}").parse::<u128>().unwrap(), pico);
            prop_assert!(serde_json::from_str::<serde_json::Number>(&text).is_ok());
        }

        #[test]
        fn a_sum_does_not_depend_on_the_order(mut pico: Vec<u64>) {
            let sum = |pico: &[u64]| pico.iter().map(|&pico| Usd::from_pico(pico.into())).sum::<Usd>();
            let forwards = sum(&pico);
            pico.reverse();
            prop_assert_eq!(sum(&pico), forwards);
            pico.sort_unstable();
            prop_assert_eq!(sum(&pico), forwards);
        }

        #[test]
        fn what_people_see_is_never_further_off_than_half_its_last_place(pico in 1_u128..10_u128.pow(18)) {
            let shown = Usd::from_pico(pico).to_string().replace(['$', ','], "");
            let (whole, fraction) = shown.split_once('.').unwrap();
            let seen: u128 = format!("{whole}{fraction:0<12}").parse().unwrap();
            prop_assert!(seen > 0);
            prop_assert!(seen.abs_diff(pico) * 2 <= 10_u128.pow(12 - u32::try_from(fraction.len()).unwrap()));
        }
    }
}
