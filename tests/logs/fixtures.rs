//! Logs in each format, written here.

use std::io::Write;

/// The same rows in another order, always the same one.
pub(crate) fn permuted(rows: &[String]) -> Vec<String> {
    let mut out = rows.to_vec();
    let mut random = Random(7);
    for i in (1..out.len()).rev() {
        out.swap(i, random.below(i + 1));
    }
    out
}

/// Numbers that are the same at every run (xorshift64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15).max(1);
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n.max(1)
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(bytes).and_then(|()| gz.finish()).expect("in memory")
}

/// A row of GA4's export, `second` seconds after the first of November. Every other one writes numbers as texts.
pub(crate) fn ga4(event: &str, second: i64, pseudo: &str, visit: &str, user: &str, items: &[&str]) -> String {
    let at = (1_793_491_200 + second) * 1_000_000;
    let at = if second % 2 == 0 { format!("\"{at}\"") } else { at.to_string() };
    let text = |t: &str| if t.is_empty() { "null".to_string() } else { format!("\"{t}\"") };
    let params = match visit {
        "" => "[]".to_string(),
        v => format!(
            "[{{\"key\":\"page_title\",\"value\":{{\"string_value\":\"Shop\"}}}},{{\"key\":\"ga_session_id\",\"value\":{{\"int_value\":\"{v}\"}}}}]"
        ),
    };
    let items: Vec<String> =
        items.iter().map(|i| format!("{{\"item_id\":\"{i}\",\"item_name\":\"(not set)\",\"quantity\":1}}")).collect();
    format!(
        "{{\"event_date\":\"20261101\",\"event_timestamp\":{at},\"event_name\":\"{event}\",\"event_params\":{params},\
         \"user_id\":{},\"user_pseudo_id\":{},\"device\":{{\"category\":\"mobile\"}},\"items\":[{}]}}",
        text(user),
        text(pseudo),
        items.join(",")
    )
}

/// A `track` call of Segment.
pub(crate) fn segment(event: &str, at: &str, anonymous: &str, user: &str, message: &str, properties: &str) -> String {
    let text = |t: &str| if t.is_empty() { "null".to_string() } else { format!("\"{t}\"") };
    format!(
        "{{\"type\":\"track\",\"event\":\"{event}\",\"timestamp\":\"{at}\",\"receivedAt\":\"2026-11-02T00:00:00Z\",\
         \"anonymousId\":{},\"userId\":{},\"messageId\":\"{message}\",\"context\":{{\"ip\":\"198.51.100.7\"}},\
         \"properties\":{{{properties}}}}}",
        text(anonymous),
        text(user)
    )
}

/// Orders as the admin exports them: 1001 with two lines, 1002 cancelled, 1003 refunded, 1004, 1005 without a time.
pub(crate) fn shopify_csv() -> String {
    "Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem sku,Billing Street,Cancelled at\n\
     #1001,Ann@shop.example,paid,2026-11-01 11:00:00 +0100,1,\"Dress, S\",DR-S,\"Main Street 1\",\n\
     #1001,,,,2,Scarf,SC,,\n\
     #1001,,,,1,Scarf,SC,,\n\
     #1002,bob@shop.example,paid,2026-11-01 12:00:00 +0100,1,Hat,HA,Main Street 2,2026-11-03 08:00:00 +0100\n\
     #1002,,,,1,Scarf,SC,,\n\
     #1003,bob@shop.example,refunded,2026-11-01 13:00:00 +0100,1,Hat,HA,Main Street 2,\n\
     #1004,ann@shop.example,paid,2026-11-02 11:00:00 +0100,1,Hat,HA,Main Street 1,\n\
     #1005,ann@shop.example,paid,,1,Hat,HA,Main Street 1,\n"
        .to_string()
}

/// The same orders from the Admin API: a page, pretty; lines; a bulk operation.
pub(crate) fn shopify_json() -> Vec<(&'static str, String)> {
    let orders = [
        r#"{"id":1,"name":"A1","created_at":"2026-11-01T11:00:00+01:00","financial_status":"paid","customer":{"id":77,"email":"Ann@shop.example"},"line_items":[{"id":501,"product_id":10,"variant_id":null,"sku":"DR-S","quantity":1,"title":"Dress","name":"Dress - S"},{"id":502,"product_id":null,"sku":"SC","quantity":2},{"id":503,"sku":"HA","quantity":1}],"refunds":[{"refund_line_items":[{"line_item_id":503,"quantity":1}]}]}"#,
        r#"{"id":2,"name":"A2","created_at":"2026-11-01T12:00:00+01:00","cancelled_at":"2026-11-03T08:00:00+01:00","email":"bob@shop.example","line_items":[{"sku":"HA"}]}"#,
        r#"{"id":3,"name":"A3","created_at":"2026-11-01T13:00:00+01:00","financial_status":"refunded","email":"bob@shop.example","line_items":[{"sku":"HA"}]}"#,
        r#"{"id":4,"name":"A4","created_at":"2026-11-02T11:00:00+01:00","customer":{"id":77},"line_items":[{"sku":"HA","current_quantity":1},{"sku":"SC","quantity":1,"current_quantity":0}]}"#,
        r#"{"id":5,"name":"A5","created_at":"2026-11-02T11:00:00+01:00","test":true,"line_items":[{"sku":"HA"}]}"#,
    ];
    let bulk = [
        r#"{"id":"gid:\/\/shopify\/LineItem\/501","sku":"DR-S","quantity":1,"product":{"id":"gid:\/\/shopify\/Product\/10"},"__parentId":"gid:\/\/shopify\/Order\/1"}"#,
        r#"{"id":"gid:\/\/shopify\/Order\/1","createdAt":"2026-11-01T10:00:00Z","displayFinancialStatus":"PAID","customer":{"id":"gid:\/\/shopify\/Customer\/77"}}"#,
        r#"{"id":"gid:\/\/shopify\/LineItem\/502","variant":{"id":"gid:\/\/shopify\/ProductVariant\/9","sku":"SC"},"currentQuantity":2,"__parentId":"gid:\/\/shopify\/Order\/1"}"#,
        r#"{"id":"gid:\/\/shopify\/Order\/2","createdAt":"2026-11-01T11:00:00Z","cancelledAt":"2026-11-03T07:00:00Z","lineItems":{"nodes":[{"sku":"HA"}]}}"#,
        r#"{"id":"gid:\/\/shopify\/Order\/4","createdAt":"2026-11-02T10:00:00Z","customer":{"id":"gid:\/\/shopify\/Customer\/77"},"lineItems":{"edges":[{"node":{"sku":"HA"}},{"node":{"sku":"SC","currentQuantity":0}}]}}"#,
    ];
    let page = format!("{{\n \"orders\": [\n{}\n]\n}}\n", orders.join(",\n"));
    let answer = format!("{{\"data\":{{\"orders\":[{}]}}}}", orders.join(","));
    vec![
        ("orders.json", page),
        ("orders.jsonl", orders.join("\n")),
        ("answer.json", answer),
        ("bulk.jsonl", bulk.join("\n")),
    ]
}

/// A request to a shop's server.
pub(crate) struct Request {
    client: &'static str,
    time: &'static str,
    line: &'static str,
    status: u16,
    agent: &'static str,
}

pub(crate) fn request(
    client: &'static str,
    time: &'static str,
    line: &'static str,
    status: u16,
    agent: &'static str,
) -> Request {
    Request { client, time, line, status, agent }
}

/// Apache's and nginx's combined format.
pub(crate) fn combined(r: &Request) -> String {
    format!(
        "{} - - [{}] \"{} HTTP/1.1\" {} 512 \"https://shop.example/\" \"{}\"",
        r.client, r.time, r.line, r.status, r.agent
    )
}

/// JSON lines with nginx's variables.
pub(crate) fn nginx(r: &Request) -> String {
    format!(
        "{{\"time_local\":\"{}\",\"remote_addr\":\"{}\",\"request\":\"{} HTTP/1.1\",\"status\":\"{}\",\"http_user_agent\":\"{}\"}}",
        r.time, r.client, r.line, r.status, r.agent
    )
}

/// Caddy's records.
pub(crate) fn caddy(r: &Request) -> String {
    let (method, uri) = r.line.split_once(' ').expect("a request line");
    format!(
        "{{\"level\":\"info\",\"ts\":\"{}\",\"logger\":\"http.log.access\",\"msg\":\"handled request\",\"request\":{{\
         \"remote_ip\":\"{}\",\"method\":\"{method}\",\"host\":\"shop.example\",\"uri\":\"{uri}\",\
         \"headers\":{{\"User-Agent\":[\"{}\"]}}}},\"user_id\":\"\",\"status\":{}}}",
        r.time, r.client, r.agent, r.status
    )
}
