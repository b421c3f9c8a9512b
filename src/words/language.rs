//! The languages that the program speaks to people, and which of them the reader's world asks for.

use std::borrow::Cow;

use polib::catalog::Catalog;
use tr::{Translator, set_translator};

/// The messages in Chinese, in the form that gettext's tools read and write.
const CHINESE: &[u8] = include_bytes!("../../po/zh_CN.po");

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English, in which the messages are written.
    #[default]
    En,
    /// Chinese, in simplified characters.
    Zh,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The name by which it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// The language of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.name() == name)
    }

    /// The language that comes closest to a locale, such as `zh_CN.UTF-8` or `zh-Hans-CN`: English where it is another,
    /// and where a terminal is said to want another encoding than UTF-8, which is all that is written.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        let encoding =
            locale.split_once('.').map(|(_, encoding)| encoding.split('@').next().unwrap_or_default());
        if encoding
            .is_some_and(|encoding| !matches!(encoding.to_ascii_lowercase().as_str(), "utf-8" | "utf8"))
        {
            return Self::default();
        }
        let language = locale.split(['_', '-', '.', '@']).next().unwrap_or_default();
        Self::named(&language.to_ascii_lowercase()).unwrap_or_default()
    }

    /// Speaks it from now on. This is the one thing that the whole process shares: a message may be needed anywhere, on
    /// every thread, and a reader has one language. It is set once, before anything is said.
    ///
    /// # Errors
    /// When the messages inside the program cannot be read, which a test rules out.
    pub fn speak(self) -> anyhow::Result<()> {
        if self == Self::Zh {
            set_translator!(Chinese(polib::po_file::parse_from_reader(CHINESE)?));
        }
        Ok(())
    }
}

/// The messages in Chinese, where a plural looks like a singular.
struct Chinese(Catalog);

impl Translator for Chinese {
    fn translate<'a>(&'a self, text: &'a str, context: Option<&'a str>) -> Cow<'a, str> {
        let found = self.0.find_message(context, text, None);
        Cow::Borrowed(found.and_then(|message| message.msgstr().ok()).unwrap_or(text))
    }

    fn ntranslate<'a>(
        &'a self,
        _: u64,
        one: &'a str,
        many: &'a str,
        context: Option<&'a str>,
    ) -> Cow<'a, str> {
        let found = self.0.find_message(context, one, Some(many));
        let forms = found.and_then(|message| message.msgstr_plural().ok()).and_then(|forms| forms.first());
        Cow::Borrowed(forms.map_or(many, String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_chinese_where_it_says_so_and_else_english() {
        for locale in ["zh_CN.UTF-8", "zh_CN.utf8@pinyin", "zh_TW", "zh-Hans-CN", "zh", "ZH_cn"] {
            assert_eq!(Language::of_locale(locale), Language::Zh, "{locale}");
        }
        for locale in ["C", "C.UTF-8", "POSIX", "", "en_US.UTF-8", "de_DE", "zhx", "zh_CN.GB18030"] {
            assert_eq!(Language::of_locale(locale), Language::En, "{locale}");
        }
    }
}
