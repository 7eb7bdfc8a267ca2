//! `nearshelf demo`: serves the page, the package and a pack on the loopback address.

use crate::args::DemoArgs;
use crate::output::say;
use crate::pack::report;
use crate::progress::Bars;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use nearshelf::builder::pack::{Options, build};
use nearshelf::catalog::{Catalog, shards};
use nearshelf::error::Error;
use nearshelf::pack::Pack;
use nearshelf::report::NoisedReport;
use nearshelf::report::collect::NamedSchema;
use nearshelf::shop::{Shop, ShopFiles, read_file, read_plain, server_error};
use serde_json::json;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

/// What the page may do: run its own scripts and the package's wasm, talk to this server.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data: https:";
/// Bytes of the longest report.
const LONGEST_REPORT: usize = 37;
/// Reports kept; the oldest make room.
const REPORTS_KEPT: usize = 10_000;
/// Files of a shop's folder that the page shows when they are there.
const EXTRAS: [&str; 2] = ["wallet.json", "loyalty.json"];

pub(crate) fn run(args: &DemoArgs) -> Result<(), Error> {
    for (folder, file, how) in
        [(&args.page, "index.html", "run from the project's folder"), (&args.package, "index.js", "run `make package`")]
    {
        if !folder.join(file).is_file() {
            return Err(server_error(format!("{}/{file} is missing: {how}.", folder.display())));
        }
    }
    let (pack, names) =
        if args.shop.is_dir() { from_folder(&args.shop)? } else { (read_plain(&args.shop)?, Names::new()) };
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
    let languages = catalog.languages().to_vec();
    let name_of = |i| shards::name(catalog.pack(), i);
    let shards: Vec<String> = (0..shards::count(catalog.pack())).map(name_of).collect();
    let schemas = schemas(catalog);
    let extras = EXTRAS.into_iter().map(|file| (file, args.shop.join(file))).filter(|(_, path)| path.is_file());
    let extras = extras.map(|(file, path)| Ok((file, read_file(&path)?))).collect::<Result<Vec<_>, Error>>()?;
    let has = |file: &str| extras.iter().any(|(known, _)| *known == file);
    // The page only asks for what this says is there.
    let shop = json!({
        "name": name, "markets": markets, "languages": languages,
        "reports": !schemas.is_empty(), "wallet": has("wallet.json"), "loyalty": has("loyalty.json"),
    });
    let typed = |kind: &'static str, body: Vec<u8>| get(async move || ([(header::CONTENT_TYPE, kind)], body.clone()));
    let always = |name: HeaderName, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    let mut site = collector()
        .route("/shop.pack", typed("application/octet-stream", pack))
        .route("/shop.json", typed("application/json", shop.to_string().into_bytes()));
    // The shards of a core, from beside it, each read when it is asked for.
    if let Some(folder) = args.shop.parent().filter(|_| !shards.is_empty()) {
        for name in shards {
            site = site.route_service(&format!("/{name}"), ServeFile::new(folder.join(&name)));
        }
    }
    for (file, body) in extras {
        site = site.route(&format!("/{file}"), typed("application/json", body));
    }
    for (name, body) in schemas {
        site = site.route(&format!("/{name}"), typed("application/json", body));
    }
    Ok(site
        .nest_service("/nearshelf", ServeDir::new(&args.package))
        .fallback_service(ServeDir::new(&args.page))
        .layer(CompressionLayer::new())
        .layer(always(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(always(header::CACHE_CONTROL, "no-cache")))
}

/// What the pack asks in private reports: `reports.json` in its first language, `reports-LANGUAGE.json` in each. Empty for a
/// pack that asks nothing.
fn schemas(mut catalog: Catalog) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for (i, language) in catalog.languages().to_vec().iter().enumerate() {
        let named = catalog.set_view(catalog.market_index(), i).and_then(|()| NamedSchema::of_pack(&catalog));
        let Ok(named) = named else { continue };
        let body = named.json().to_string().into_bytes();
        if files.is_empty() {
            files.push(("reports.json".to_string(), body.clone()));
        }
        files.push((format!("reports-{language}.json"), body));
    }
    files
}

/// Lines of JSON, oldest first.
type Kept = Arc<Mutex<VecDeque<String>>>;

/// Takes reports, and shows what it keeps of them. Copies are left to the decoder; who sent one is never looked at.
fn collector() -> Router {
    Router::new()
        .route("/reports", post(take).layer(DefaultBodyLimit::max(LONGEST_REPORT)))
        .route("/reports.ndjson", get(kept))
        .with_state(Kept::default())
}

async fn take(State(kept): State<Kept>, body: Bytes) -> StatusCode {
    let Ok(report) = NoisedReport::read(&body) else { return StatusCode::BAD_REQUEST };
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() == REPORTS_KEPT {
        kept.pop_front();
    }
    kept.push_back(report.json());
    StatusCode::NO_CONTENT
}

async fn kept(State(kept): State<Kept>) -> impl IntoResponse {
    let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    // As plain text, a browser shows it instead of saving it.
    (
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        kept.iter().map(|line| format!("{line}\n")).collect::<String>(),
    )
}

/// A shop's name in each language.
type Names = Vec<(String, String)>;

fn from_folder(dir: &Path) -> Result<(Vec<u8>, Names), Error> {
    let bars = Bars::default();
    let shop = Shop::read(&ShopFiles::in_folder(dir)?, &bars)?;
    shop.rejects.check(0.1)?;
    shop.tables.check_shipped()?;
    let pack = build(&shop, &Options::default(), &bars)?;
    bars.finish();
    report(&shop, None);
    Ok((pack, shop.names))
}
