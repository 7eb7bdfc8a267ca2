//! What looks like a way to reach a person, which no attribute may hold: by its name, or by its value (`manual/cold-start.md`).

/// Words for who somebody is or where they can be reached, where a word of a name begins.
const NAMES: &str = "name firstname lastname fullname realname surname nickname username phone telephone mobile cellphone email e-mail e_mail mail \
                     address postcode zipcode idcard id_card id_number passport wechat whatsapp 姓名 名字 电话 手机 邮箱 邮件 地址 住址 身份证 护照 微信";
/// Words of addresses, which count beside a digit.
const PLACES: &str = "street avenue road 街 路 弄 巷 号";
/// Digits of the shortest telephone number.
const DIGITS: usize = 7;

/// True for a name that says that its value is of who somebody is or where they can be reached.
///
/// ```
/// use nearshelf::profile::contact::names_contact;
/// assert!(["phone", "firstName", "home_address", "用户手机号"].iter().all(|n| names_contact(n)));
/// assert!(["gender", "tournament", "street_style", "地区"].iter().all(|n| !names_contact(n)));
/// ```
pub fn names_contact(name: &str) -> bool {
    has(name.as_bytes(), NAMES)
}

/// True for a value that looks like an e-mail address, a telephone number or a postal address.
///
/// ```
/// use nearshelf::profile::contact::is_contact;
/// assert!(["a@b.cn", "13800138000", "138-0013-8000", "12 Main Street", "人民路8号"].iter().all(|v| is_contact(v)));
/// assert!(["25-35", "5000-9999", "110-200 cm", "street", "Kyoto"].iter().all(|v| !is_contact(v)));
/// ```
pub fn is_contact(value: &str) -> bool {
    let (mut digits, mut run, mut longest, mut groups, mut plain) = (0, 0, 0, 0, true);
    for b in value.bytes() {
        if b == b'@' {
            return true;
        }
        if b.is_ascii_digit() {
            groups += usize::from(run == 0);
            (digits, run) = (digits + 1, run + 1);
            longest = run.max(longest);
        } else {
            run = 0;
            plain &= b" +-().".contains(&b);
        }
    }
    longest >= DIGITS || (plain && digits >= DIGITS && groups > 2) || (digits > 0 && has(value.as_bytes(), PLACES))
}

/// True where one of the words begins a word of the text: after what is no letter, or as a capital after a small letter.
fn has(text: &[u8], words: &str) -> bool {
    words.split(' ').filter(|w| !w.is_empty()).any(|word| {
        text.windows(word.len()).enumerate().any(|(i, w)| {
            let before = i.checked_sub(1).and_then(|b| text.get(b)).copied().unwrap_or(b' ');
            let begins = !before.is_ascii_alphabetic() || (before.is_ascii_lowercase() && w[0].is_ascii_uppercase());
            begins && w.eq_ignore_ascii_case(word.as_bytes())
        })
    })
}
