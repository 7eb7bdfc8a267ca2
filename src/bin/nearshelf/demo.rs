//! `nearshelf demo`: serves the page, the package and a pack on the loopback address.

use crate::args::DemoArgs;
use crate::pack::report;
use crate::progress::Bars;
use flate2::Compression;
use flate2::write::GzEncoder;
use nearshelf::builder::pack::{Options, build};
use nearshelf::catalog::Catalog;
use nearshelf::error::Error;
use nearshelf::pack::Pack;
use nearshelf::shop::{Shop, ShopFiles, read_file, server_error};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use tiny_http::{Header, Method, Request, Response, Server};

/// What the page may do: run its own scripts and the package's wasm, talk to this server.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:";

struct Site {
    page: PathBuf,
    package: PathBuf,
    pack: Vec<u8>,
    shop: Vec<u8>,
}

pub(crate) fn run(args: &DemoArgs) -> Result<(), Error> {
    let site = Site::new(args)?;
    let (server, port) = listen(args.port)?;
    println!("\nNearshelf demo: http://127.0.0.1:{port}/\nCtrl-C ends it.");
    for request in server.incoming_requests() {
        // A visitor who hangs up is no reason to stop.
        _ = site.answer(request);
    }
    Ok(())
}

fn listen(port: u16) -> Result<(Server, u16), Error> {
    let mut last = String::new();
    for port in port..=port.saturating_add(20) {
        match Server::http(("127.0.0.1", port)) {
            Ok(server) => {
                let port = server.server_addr().to_ip().map_or(port, |a| a.port());
                return Ok((server, port));
            }
            Err(e) => last = e.to_string(),
        }
    }
    Err(server_error(format!("127.0.0.1:{port} and the 20 ports after it: {last}.")))
}

impl Site {
    fn new(args: &DemoArgs) -> Result<Site, Error> {
        for (folder, file, how) in [
            (&args.page, "index.html", "run from the project's folder"),
            (&args.package, "index.js", "run `make package`"),
        ] {
            if !folder.join(file).is_file() {
                return Err(server_error(format!("{}/{file} is missing: {how}.", folder.display())));
            }
        }
        let (pack, names) =
            if args.shop.is_dir() { from_folder(&args.shop)? } else { (read_file(&args.shop)?, Vec::new()) };
        let catalog = Catalog::open(Pack::open(pack.clone())?)?;
        let name: serde_json::Map<_, _> = names.into_iter().map(|(l, n)| (l, n.into())).collect();
        let markets: Vec<_> = catalog.markets().iter().map(|m| m.code.clone()).collect();
        let shop = json!({ "name": name, "markets": markets, "languages": catalog.languages() });
        Ok(Site { page: args.page.clone(), package: args.package.clone(), pack, shop: shop.to_string().into_bytes() })
    }

    fn answer(&self, request: Request) -> std::io::Result<()> {
        if !matches!(request.method(), Method::Get | Method::Head) {
            return request.respond(Response::from_string("GET only").with_status_code(405));
        }
        let path = request.url().split(['?', '#']).next().unwrap_or("/").to_string();
        let found = match path.as_str() {
            "/shop.pack" => Some((self.pack.clone(), "application/octet-stream")),
            "/shop.json" => Some((self.shop.clone(), "application/json")),
            "/" => file(&self.page, "index.html"),
            _ => match path.strip_prefix("/nearshelf/") {
                Some(rest) => file(&self.package, rest),
                None => file(&self.page, &path[1..]),
            },
        };
        let Some((body, kind)) = found else {
            return request.respond(Response::from_string("not found").with_status_code(404));
        };
        let accepts =
            request.headers().iter().any(|h| h.field.equiv("Accept-Encoding") && h.value.as_str().contains("gzip"));
        let mut headers =
            vec![("Content-Type", kind), ("Content-Security-Policy", POLICY), ("Cache-Control", "no-cache")];
        let body = match accepts.then(|| gzip(&body)).flatten() {
            Some(small) => {
                headers.push(("Content-Encoding", "gzip"));
                small
            }
            None => body,
        };
        let mut response = Response::from_data(body);
        for (name, value) in headers {
            if let Ok(header) = Header::from_bytes(name, value) {
                response.add_header(header);
            }
        }
        request.respond(response)
    }
}

fn from_folder(dir: &Path) -> Result<(Vec<u8>, Vec<(String, String)>), Error> {
    let bars = Bars::default();
    let shop = Shop::read(&ShopFiles::in_folder(dir)?, &bars)?;
    shop.rejects.check(0.1)?;
    let pack = build(&shop, &Options::default(), &bars)?;
    bars.finish();
    report(&shop, None);
    Ok((pack, shop.names))
}

/// A file below `folder`, and its type. Nothing above the folder can be asked for.
fn file(folder: &Path, path: &str) -> Option<(Vec<u8>, &'static str)> {
    let plain = path.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.contains('\\'));
    if !plain {
        return None;
    }
    let path = folder.join(path);
    let kind = match path.extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    };
    Some((std::fs::read(path).ok()?, kind))
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(bytes).and_then(|()| out.finish()).ok()
}
