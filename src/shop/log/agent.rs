//! Programs that fetch pages, told by the user agent they state.

/// What robots, previews, monitors and libraries have in their user agents, in lower case.
const MARKS: [&str; 44] = [
    "adsbot",
    "ahrefs",
    "aiohttp",
    "apachebench",
    "axios/",
    "bingpreview",
    "bot",
    "bytespider",
    "chatgpt-user",
    "claude-web",
    "crawl",
    "curl/",
    "dataprovider",
    "facebookexternalhit",
    "facebookcatalog",
    "feedfetcher",
    "gtmetrix",
    "go-http-client",
    "google-inspectiontool",
    "google-read-aloud",
    "headlesschrome",
    "http://",
    "https://",
    "httpclient",
    "java/",
    "libwww",
    "lighthouse",
    "mediapartners",
    "monitor",
    "nagios",
    "node-fetch",
    "okhttp",
    "pagespeed",
    "phantomjs",
    "pingdom",
    "postmanruntime",
    "python-",
    "scrapy",
    "semrush",
    "slurp",
    "spider",
    "uptime",
    "wget",
    "whatsapp/",
];

/// Phones and browsers whose names hold a mark.
const PEOPLE: [&str; 2] = ["cubot", "cobot"];

/// True when a user agent is a program's, not a person's.
pub(super) fn is_bot(agent: &str) -> bool {
    let mut folded = agent.to_ascii_lowercase();
    for name in PEOPLE {
        folded = folded.replace(name, "");
    }
    MARKS.iter().any(|m| folded.contains(m))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_from_people() {
        for bot in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0) Chrome/116.0 Safari/537.36",
            "facebookexternalhit/1.1",
            "curl/8.5.0",
            "python-requests/2.31",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0.0.0 Safari/537.36",
            "Mozilla/5.0 (compatible; YandexBot/3.0)",
        ] {
            assert!(is_bot(bot), "{bot}");
        }
        for person in [
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile Safari/604.1",
            "Mozilla/5.0 (Linux; Android 12; CUBOT X18 Plus) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 13; MicroMessenger/8.0.42) AppleWebKit/537.36 Chrome/107.0 Mobile Safari/537.36",
        ] {
            assert!(!is_bot(person), "{person}");
        }
    }
}
