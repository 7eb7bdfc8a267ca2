//! A web server's access log: every product page that was sent to a person is a look at the product.
//!
//! Sources: the common and the combined format (Apache HTTP Server, "Log Files"; nginx, `ngx_http_log_module`), nginx's
//! variables as JSON keys, and Caddy's `http.log.access` records.

use super::super::rejects::{Out, Part, Rejects};
use super::super::{Progress, source};
use super::agent;
use super::id::Matcher;
use super::path::{Address, Links};
use super::sink::{Event, Sink, copy_key, opaque};
use crate::catalog::build::ProductDraft;
use crate::error::Result;
use crate::event::EventKind;
use serde_json::{Map, Value};
use std::path::Path;

/// Fields of an item: the product that the catalogue's link names, or the id in the address.
const FIELDS: [&str; 2] = [LINK, "id"];
/// A field that holds a product's own id, whatever the rules say.
pub(crate) const LINK: &str = "link";

/// A request, as far as it matters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Request {
    client: String,
    time: String,
    method: String,
    target: String,
    status: String,
    /// `None` where the format has no user agent.
    agent: Option<String>,
    session: String,
    user: String,
}

impl Request {
    /// `host ident user [time] "request" status bytes "referer" "agent"`, with or without the last two, whatever follows.
    pub(crate) fn of_line(line: &str) -> Option<Request> {
        let (who, rest) = line.split_once(" [")?;
        let (time, rest) = rest.split_once("] ")?;
        // With the virtual host in front there are four words.
        let words: Vec<&str> = who.split_whitespace().collect();
        let client = words.len().checked_sub(3).and_then(|at| words.get(at))?;
        let (request, rest) = quoted(rest)?;
        let (method, target) = of_request(&request);
        let mut rest = rest.trim_start();
        let status = rest.split_whitespace().next()?;
        if status.len() != 3 || !status.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        rest = rest[status.len()..].trim_start();
        rest = rest.split_once(' ').map_or("", |(_bytes, rest)| rest);
        let agent = quoted(rest).and_then(|(_referer, rest)| quoted(rest)).map(|(agent, _)| agent);
        Some(Request {
            client: (*client).to_string(),
            time: time.to_string(),
            method,
            target,
            status: status.to_string(),
            agent,
            session: String::new(),
            user: String::new(),
        })
    }

    /// A request logged as an object: nginx's names, Caddy's, and those of common collectors.
    pub(crate) fn of_object(o: &Map<String, Value>) -> Option<Request> {
        let request = o.get("request").and_then(Value::as_object);
        let first = |names: &[&str]| {
            let own = names.iter().find_map(|n| o.get(*n).and_then(text).filter(|t| !t.is_empty()));
            own.or_else(|| names.iter().find_map(|n| request.and_then(|r| r.get(*n)).and_then(text)))
        };
        let line = o.get("request").and_then(Value::as_str).map(of_request);
        let uri = first(&["request_uri", "uri", "url", "path", "target"]);
        let method = first(&["request_method", "method", "verb"]);
        let (method, target) = match (method, uri, line) {
            (Some(method), Some(uri), _) => (method, uri),
            (_, uri, Some((method, target))) => (method, if target.is_empty() { uri? } else { target }),
            (None, Some(uri), None) => ("GET".to_string(), uri),
            _ => return None,
        };
        let status = first(&["status", "response", "status_code"])?;
        let headers = request.and_then(|r| r.get("headers")).or_else(|| o.get("headers")).and_then(Value::as_object);
        let header = |name: &str| {
            let (_, value) = headers?.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?;
            text(value.as_array().and_then(|a| a.first()).unwrap_or(value))
        };
        let agent = first(&["http_user_agent", "user_agent", "userAgent", "agent"]).or_else(|| header("User-Agent"));
        let names = ["client_ip", "remote_addr", "remote_ip", "clientip", "client", "ip", "remote_host"];
        Some(Request {
            client: first(&names).unwrap_or_default(),
            time: first(&["time_iso8601", "@timestamp", "timestamp", "time_local", "time", "ts", "msec"])
                .unwrap_or_default(),
            method,
            target,
            status,
            agent: Some(agent.unwrap_or_default()),
            session: first(&["session_id", "session", "sid"]).unwrap_or_default(),
            user: first(&["visitor_id", "uid", "user_id"]).unwrap_or_default(),
        })
    }
}

/// A scalar as text; nginx writes `-` for nothing.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(s) if s == "-" => Some(String::new()),
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

/// Method and target of `GET /p/1 HTTP/1.1`.
fn of_request(request: &str) -> (String, String) {
    let mut words = request.split_whitespace();
    let word = |w: Option<&str>| w.unwrap_or_default().to_string();
    (word(words.next()), word(words.next()))
}

/// The text in quotes at the start, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.trim_start().strip_prefix('"')?;
    let mut out = String::new();
    let mut chars = inside.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, &inside[at + 1..])),
            '\\' => out.extend(chars.next().map(|(_, c)| c)),
            c => out.push(c),
        }
    }
    None
}

/// What pages are made of, by the end of the path.
const ASSETS: [&str; 36] = [
    "avif",
    "bmp",
    "css",
    "csv",
    "eot",
    "gif",
    "gz",
    "ico",
    "jpeg",
    "jpg",
    "js",
    "json",
    "map",
    "md",
    "mjs",
    "mp3",
    "mp4",
    "ogg",
    "otf",
    "pdf",
    "png",
    "svg",
    "tar",
    "ttf",
    "txt",
    "wasm",
    "wav",
    "webm",
    "webmanifest",
    "webp",
    "woff",
    "woff2",
    "xls",
    "xlsx",
    "xml",
    "zip",
];

/// Reads access logs, knowing the catalogue's links.
pub(super) struct Pages<'a> {
    products: &'a [ProductDraft],
    links: Links,
}

impl<'a> Pages<'a> {
    pub(super) fn new(products: &'a [ProductDraft]) -> Pages<'a> {
        Pages { products, links: Links::new(products) }
    }

    pub(super) fn read(
        &self,
        path: &Path,
        sink: &mut Sink<'_>,
        rejects: &mut Rejects,
        progress: &dyn Progress,
    ) -> Result<()> {
        let fields = sink.fields(&FIELDS, 2);
        let is_json = source::head(path)?.trim_ascii_start().starts_with(b"{");
        rejects.open(Part::Log, &source::name(path), if is_json { "access log, JSON lines" } else { "access log" });
        source::for_each_line(path, source::open(path, progress)?, |line, bytes| {
            rejects.count_row();
            let text = String::from_utf8_lossy(bytes);
            let request = if bytes.starts_with(b"{") {
                let object = serde_json::from_slice::<Map<String, Value>>(bytes).ok();
                object.as_ref().and_then(Request::of_object)
            } else {
                Request::of_line(&text)
            };
            let result = request.ok_or(Out::Rejected("not a request")).and_then(|r| self.take(&r, &fields, sink));
            if let Err(out) = result {
                rejects.out(line, out, &text);
            }
        })
    }

    fn take(&self, r: &Request, fields: &[usize], sink: &mut Sink<'_>) -> std::result::Result<(), Out> {
        match r.agent.as_deref() {
            Some("" | "-") => return Err(Out::Ignored("no user agent, as programs have none")),
            Some(agent) if agent::is_bot(agent) => return Err(Out::Ignored("a bot")),
            _ => {}
        }
        if r.method != "GET" {
            return Err(Out::Ignored("not a GET"));
        }
        if !matches!(r.status.as_str(), "200" | "304") {
            return Err(Out::Ignored("an answer other than 200 and 304"));
        }
        let address = Address::parse(&r.target);
        let linked = self.links.find(&address).and_then(|p| self.products.get(p as usize));
        let file = address.path.rsplit('/').next().unwrap_or_default();
        let ending = file.rsplit_once('.').map_or(String::new(), |(_, e)| e.to_ascii_lowercase());
        if linked.is_none() && ASSETS.binary_search(&ending.as_str()).is_ok() {
            return Err(Out::Ignored("a part of a page"));
        }
        let id = sink.settings.product_paths.iter().find_map(|p| p.id(&address));
        if linked.is_none() && id.is_none() {
            return Err(Out::Ignored("not the page of a product"));
        }
        let time = sink.time(&r.time)?;
        sink.note("session", !r.session.is_empty());
        sink.note("visitor", !r.user.is_empty());
        let device = match (r.user.as_str(), r.client.as_str()) {
            ("", "" | "-") => String::new(),
            ("", client) => opaque(&format!("{client} {}", r.agent.as_deref().unwrap_or_default())),
            (user, _) => opaque(user),
        };
        let session = if r.session.is_empty() { String::new() } else { opaque(&r.session) };
        if device.is_empty() && session.is_empty() {
            return Err("neither an address nor a session".into());
        }
        let item = [(fields[0], linked.map_or("", |p| p.id.as_str())), (fields[1], id.as_deref().unwrap_or_default())];
        let kind = sink.kind("product page", Some(EventKind::ViewItem));
        let Some(kind) = kind.filter(|k| k.is_step()) else { return Err(Out::Ignored("an event that is no step")) };
        let event = Event { session: &session, account: "", device: &device, order: time.micros };
        let copy = copy_key(&["request", &session, &r.time, &r.target]);
        sink.step(&event, time.at, kind, 0, copy, &item);
        Ok(())
    }
}

/// The product of an access log's item: its link first, then the ids in the address.
pub(super) fn product(matcher: &Matcher<'_>, link: Option<&str>) -> Option<u32> {
    link.and_then(|id| matcher.own(id))
}
