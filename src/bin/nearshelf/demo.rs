//! `nearshelf demo`: serves the page, the package and a pack on the loopback address.

use crate::args::DemoArgs;
use crate::output::say;
use crate::pack::report;
use crate::progress::Bars;
use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::routing::get;
use nearshelf::builder::pack::{Options, build};
use nearshelf::catalog::Catalog;
use nearshelf::error::Error;
use nearshelf::pack::Pack;
use nearshelf::shop::{Shop, ShopFiles, read_file, server_error};
use serde_json::json;
use std::path::Path;
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// What the page may do: run its own scripts and the package's wasm, talk to this server.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data: https:";

pub(crate) fn run(args: &DemoArgs) -> Result<(), Error> {
    for (folder, file, how) in
        [(&args.page, "index.html", "run from the project's folder"), (&args.package, "index.js", "run `make package`")]
    {
        if !folder.join(file).is_file() {
            return Err(server_error(format!("{}/{file} is missing: {how}.", folder.display())));
        }
    }
    let (pack, names) =
        if args.shop.is_dir() { from_folder(&args.shop)? } else { (read_file(&args.shop)?, Names::new()) };
    let site = site(args, pack, names)?;
    let failed = |e: std::io::Error| server_error(format!("{e}."));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(failed)?;
    runtime.block_on(async {
        let listener = listen(args.port).await?;
        let port = listener.local_addr().map_err(failed)?.port();
        say!("\nNearshelf demo: http://127.0.0.1:{port}/\nCtrl-C ends it.");
        axum::serve(listener, site).await.map_err(failed)
    })
}

/// The first free port from this one on.
async fn listen(port: u16) -> Result<TcpListener, Error> {
    let mut last = String::new();
    for port in port..=port.saturating_add(20) {
        match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(listener) => return Ok(listener),
            Err(e) => last = e.to_string(),
        }
    }
    Err(server_error(format!("127.0.0.1:{port} and the 20 ports after it: {last}.")))
}

fn site(args: &DemoArgs, pack: Vec<u8>, names: Names) -> Result<Router, Error> {
    let catalog = Catalog::open(Pack::open(pack.clone())?)?;
    let name: serde_json::Map<_, _> = names.into_iter().map(|(l, n)| (l, n.into())).collect();
    let markets: Vec<_> = catalog.markets().iter().map(|m| m.code.clone()).collect();
    let shop = json!({ "name": name, "markets": markets, "languages": catalog.languages() }).to_string();
    let typed = |kind: &'static str, body: Vec<u8>| get(async move || ([(header::CONTENT_TYPE, kind)], body.clone()));
    let always = |name: HeaderName, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    Ok(Router::new()
        .route("/shop.pack", typed("application/octet-stream", pack))
        .route("/shop.json", typed("application/json", shop.into_bytes()))
        .nest_service("/nearshelf", ServeDir::new(&args.package))
        .fallback_service(ServeDir::new(&args.page))
        .layer(CompressionLayer::new())
        .layer(always(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(always(header::CACHE_CONTROL, "no-cache")))
}

/// A shop's name in each language.
type Names = Vec<(String, String)>;

fn from_folder(dir: &Path) -> Result<(Vec<u8>, Names), Error> {
    let bars = Bars::default();
    let shop = Shop::read(&ShopFiles::in_folder(dir)?, &bars)?;
    shop.rejects.check(0.1)?;
    let pack = build(&shop, &Options::default(), &bars)?;
    bars.finish();
    report(&shop, None);
    Ok((pack, shop.names))
}
