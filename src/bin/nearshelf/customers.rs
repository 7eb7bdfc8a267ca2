//! `nearshelf customers fit|forecast|rfm`

use crate::output::say;
use crate::progress::Bars;
use clap::{Args, Subcommand};
use nearshelf::customers::{
    Customer, Fitted, Judgement, Measures, correlation_of_value, fit_bgnbd, fit_gamma_gamma, judge, summarise,
};
use nearshelf::error::Error;
use nearshelf::forecast::{BgNbd, GammaGamma, cuts, score, scores};
use nearshelf::shop::{ForecastSettings, OrderColumns, Orders, Rejects, Summaries, write_file};
use serde_json::{Value, json};
use std::io::StdoutLock;
use std::path::PathBuf;

/// Correlation of how often and how much above which Gamma-Gamma's supposition is doubted.
const DOUBTED: f64 = 0.1;

#[derive(Debug, Subcommand)]
pub(crate) enum CustomersCommand {
    /// Fit BG/NBD and Gamma-Gamma to a log of orders.
    Fit(FitArgs),
    /// Foretell purchases and their value from customers' summaries, as CSV.
    Forecast(ForecastArgs),
    /// Score customers by recency, frequency and monetary value, as CSV.
    Rfm(RfmArgs),
}

#[derive(Debug, Args)]
struct OrdersArgs {
    /// Orders, a row each: customer, day, value (CSV, JSON lines or Parquet; may be gzipped).
    #[arg(value_name = "TRANSACTIONS")]
    orders: PathBuf,
    /// Last day that is looked at, as the file writes days. Default: the file's last.
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// Column of the customer. Default: customer_id or user_id.
    #[arg(long, value_name = "COLUMN")]
    customer: Option<String>,
    /// Column of the time. Default: day (a number), date or timestamp.
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
    /// Column of the value. Default: cents; or value, amount, revenue, total or price, in major units.
    #[arg(long, value_name = "COLUMN")]
    amount: Option<String>,
    /// Largest share of the rows that may be unusable.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    max_reject: f64,
}

impl OrdersArgs {
    /// The orders, and the day until which they are looked at, where one was named.
    fn read(&self, bars: &Bars) -> Result<(Orders, Option<i64>), Error> {
        let columns =
            OrderColumns { customer: self.customer.clone(), time: self.time.clone(), amount: self.amount.clone() };
        let orders = Orders::read(&self.orders, &columns, bars)?;
        orders.rejects.check(self.max_reject)?;
        warn(&orders.rejects);
        let until = self.until.as_deref().map(|text| orders.day(text)).transpose()?;
        Ok((orders, until))
    }
}

#[derive(Debug, Args)]
pub(crate) struct FitArgs {
    #[command(flatten)]
    orders: OrdersArgs,
    /// Write the parameters as JSON, as `forecast` reads them.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Weeks that the parameters' file foretells.
    #[arg(long, value_name = "WEEKS", default_value_t = 39.0)]
    horizon: f64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ForecastArgs {
    /// Parameters, as `fit --out` writes them.
    #[arg(long, value_name = "FILE")]
    params: PathBuf,
    /// Customers: columns customer_id, x, t_x, T (weeks) and zbar.
    #[arg(value_name = "SUMMARY")]
    summary: PathBuf,
    /// Largest share of the rows that may be unusable.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    max_reject: f64,
}

#[derive(Debug, Args)]
pub(crate) struct RfmArgs {
    #[command(flatten)]
    orders: OrdersArgs,
    /// Scores from 1 to this.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=100))]
    scores: u8,
    /// Write the values at which each score from 2 on begins, as JSON.
    #[arg(long, value_name = "FILE")]
    cuts: Option<PathBuf>,
    /// Write into it, too, at which customer id a score begins among equal values: devices then score to the rank. The ids become public
    /// with the pack.
    #[arg(long, requires = "cuts")]
    ties: bool,
}

pub(crate) fn run(command: &CustomersCommand) -> Result<(), Error> {
    match command {
        CustomersCommand::Fit(args) => fit(args),
        CustomersCommand::Forecast(args) => forecast(args),
        CustomersCommand::Rfm(args) => rfm(args),
    }
}

/// Says on standard error what was not used.
fn warn(rejects: &Rejects) {
    for tally in rejects.tallies() {
        for (reason, of) in tally.rejected.iter().chain(&tally.ignored) {
            eprintln!("{} of {} rows of {}: {reason}", of.rows, tally.read(), tally.name());
        }
    }
}

/// Models fitted to what happened until some day.
struct Fit {
    until: i64,
    customers: Vec<Customer>,
    bgnbd: Fitted<BgNbd>,
    gamma_gamma: Result<Fitted<GammaGamma>, Error>,
    judgement: Option<Judgement>,
}

impl Fit {
    fn of(orders: &Orders, until: i64, last: i64, bars: &Bars) -> Result<Fit, Error> {
        let customers = summarise(orders, until);
        let bgnbd = fit_bgnbd(&customers, bars)?;
        let gamma_gamma = fit_gamma_gamma(&customers, bars);
        let weeks = (last - until) as f64 / 7.0;
        let judgement = if weeks > 0.0 { judge(&bgnbd.model, &customers, weeks) } else { None };
        Ok(Fit { until, customers, bgnbd, gamma_gamma, judgement })
    }

    fn day(&self, orders: &Orders) -> String {
        if orders.dated { nearshelf::shop::date_of(self.until) } else { format!("day {}", self.until) }
    }
}

fn fit(args: &FitArgs) -> Result<(), Error> {
    let bars = Bars::default();
    let (orders, until) = args.orders.read(&bars)?;
    let (first, last) = orders.span()?;
    let fits = match until {
        Some(until) => vec![Fit::of(&orders, until, last, &bars)?],
        // A half that is too small to learn from is no check of the whole.
        None => {
            let half = Fit::of(&orders, first + (last - first) / 2, last, &bars).ok();
            half.into_iter().map(Ok).chain([Fit::of(&orders, last, last, &bars)]).collect::<Result<_, Error>>()?
        }
    };
    bars.finish();
    let Some(chosen) = fits.last() else { return Ok(()) };
    if let Some(path) = &args.out {
        let text = format!("{:#}\n", parameters(chosen, args.horizon));
        write_file(path, text.as_bytes())?;
    }
    if args.json {
        say!("{:#}", Value::Array(fits.iter().map(|f| fit_json(f, &orders)).collect()));
        return Ok(());
    }
    for (i, f) in fits.iter().enumerate() {
        if i > 0 {
            say!("");
        }
        print_fit(f, &orders);
    }
    if let Some(path) = &args.out {
        say!(
            "\nwrote {}: the parameters until {}, for the next {} weeks",
            path.display(),
            chosen.day(&orders),
            args.horizon
        );
    }
    Ok(())
}

const BGNBD: [&str; 4] = ["r", "alpha", "a", "b"];
const GAMMA_GAMMA: [&str; 3] = ["p", "q", "gamma"];

fn print_fit(f: &Fit, orders: &Orders) {
    say!("until {}: {} customers, {} of them came back", f.day(orders), f.customers.len(), returned(&f.customers));
    print_model("BG/NBD (weeks)", &BGNBD, &f.bgnbd.model.parameters(), &f.bgnbd);
    match &f.gamma_gamma {
        Ok(g) => {
            print_model("Gamma-Gamma", &GAMMA_GAMMA, &g.model.parameters(), g);
            if let Some(r) = correlation_of_value(&f.customers) {
                let doubt = if r.abs() > DOUBTED { ": not independent, as Gamma-Gamma supposes" } else { "" };
                say!("  correlation of how often and how much {r:.3}{doubt}");
            }
        }
        Err(e) => say!("  no Gamma-Gamma: {}", e.detail()),
    }
    if let Some(j) = &f.judgement {
        say!("  the {:.1} weeks after it, {} purchases seen", j.weeks, j.seen);
        say!("  {:<14}{:>10}{:>8}{:>8}{:>13}", "", "foretold", "MAE", "RMSE", "correlation");
        let line = |name: &str, m: &Measures| {
            let r = m.correlation.map_or("-".into(), |r| format!("{r:.3}"));
            say!("  {name:<14}{:>10.1}{:>8.3}{:>8.3}{r:>13}", m.total, m.mae, m.rmse);
        };
        line("BG/NBD", &j.model);
        line("x t / T", &j.rate);
        say!("  {:<6}{:>10}{:>10}{:>10}", "x", "customers", "seen", "foretold");
        for g in &j.groups {
            let x = if g.x == 7 { "7+".to_string() } else { g.x.to_string() };
            say!("  {x:<6}{:>10}{:>10.3}{:>10.3}", g.customers, g.seen, g.foretold);
        }
    }
}

fn print_model<M>(title: &str, names: &[&str], values: &[f64], f: &Fitted<M>) {
    say!("  {title}: log-likelihood {:.1}, {} customers", f.log_likelihood, f.customers);
    for ((name, value), error) in names.iter().zip(values).zip(&f.errors) {
        let error = if f.loose.contains(name) {
            "not fixed by these orders".into()
        } else {
            error.map_or("standard error unknown".into(), |e| format!("± {e:.4}"))
        };
        say!("    {name:<6}{value:>12.4}  {error}");
    }
}

fn returned(customers: &[Customer]) -> usize {
    customers.iter().filter(|c| c.purchases.x() > 0.0).count()
}

fn object(names: &[&str], values: &[f64]) -> Value {
    Value::Object(names.iter().zip(values).map(|(n, v)| ((*n).to_string(), json!(v))).collect())
}

fn parameters(f: &Fit, horizon: f64) -> Value {
    let mut out = json!({ "bgnbd": object(&BGNBD, &f.bgnbd.model.parameters()) });
    if let Ok(g) = &f.gamma_gamma {
        out["gamma_gamma"] = object(&GAMMA_GAMMA, &g.model.parameters());
    }
    out["horizon"] = json!(horizon);
    out
}

fn fit_json(f: &Fit, orders: &Orders) -> Value {
    let model = |names: &[&str], values: &[f64], errors: &[Option<f64>], ll: f64, n: u64, loose: &[&str]| {
        let errors: serde_json::Map<_, _> =
            names.iter().zip(errors).map(|(n, e)| ((*n).to_string(), json!(e))).collect();
        json!({ "parameters": object(names, values), "standard_errors": errors, "log_likelihood": ll, "customers": n, "loose": loose })
    };
    let (b, mut out) = (
        &f.bgnbd,
        json!({ "until": f.day(orders), "customers": f.customers.len(), "returned": returned(&f.customers) }),
    );
    out["bgnbd"] = model(&BGNBD, &b.model.parameters(), &b.errors, b.log_likelihood, b.customers, &b.loose);
    if let Ok(g) = &f.gamma_gamma {
        out["gamma_gamma"] =
            model(&GAMMA_GAMMA, &g.model.parameters(), &g.errors, g.log_likelihood, g.customers, &g.loose);
        out["correlation"] = json!(correlation_of_value(&f.customers));
    }
    if let Some(j) = &f.judgement {
        let measures =
            |m: &Measures| json!({ "total": m.total, "mae": m.mae, "rmse": m.rmse, "correlation": m.correlation });
        let groups: Vec<Value> = j
            .groups
            .iter()
            .map(|g| json!({ "x": g.x, "customers": g.customers, "seen": g.seen, "foretold": g.foretold }))
            .collect();
        out["holdout"] = json!({ "weeks": j.weeks, "seen": j.seen, "bgnbd": measures(&j.model), "rate": measures(&j.rate), "by_x": groups });
    }
    out
}

fn forecast(args: &ForecastArgs) -> Result<(), Error> {
    let bars = Bars::default();
    let settings = ForecastSettings::read(&args.params)?;
    let summaries = Summaries::read(&args.summary, &bars)?;
    bars.finish();
    summaries.rejects.check(args.max_reject)?;
    for r in summaries.rejects.rows() {
        eprintln!("{} line {}: {}", r.file, r.line, r.reason);
    }
    let mut out = Csv::new();
    let cell = |v: Option<f64>| v.map_or(String::new(), |v| v.to_string());
    out.row(["customer_id", "expected", "p_alive", "expected_value"]);
    for c in &summaries.rows {
        let expected = settings.purchases(&c.purchases)?;
        let value = settings.gamma_gamma.as_ref().zip(c.zbar).and_then(|(g, zbar)| g.value(c.purchases.x(), zbar));
        out.row([&c.id, &expected.to_string(), &settings.bgnbd.p_alive(&c.purchases).to_string(), &cell(value)]);
    }
    out.end();
    Ok(())
}

fn rfm(args: &RfmArgs) -> Result<(), Error> {
    let bars = Bars::default();
    let (orders, until) = args.orders.read(&bars)?;
    bars.finish();
    let until = until.map_or_else(|| orders.span().map(|s| s.1), Ok)?;
    let customers = summarise(&orders, until);
    let of = |f: &dyn Fn(&Customer) -> i64| customers.iter().map(f).collect::<Vec<i64>>();
    // The longest ago scores least.
    let values = [of(&|c| -c.recency_days), of(&|c| i64::from(c.frequency)), of(&|c| c.cents)];
    let [r, f, m] = values.each_ref().map(|v| scores(v, args.scores));
    if let Some(path) = &args.cuts {
        let [recency, frequency, monetary] = values.each_ref().map(|v| cuts(v, args.scores));
        let recency: Vec<i64> = recency.iter().map(|v| -v).collect();
        let mut text = json!({ "recency_days": recency, "frequency": frequency, "monetary_cents": monetary });
        if args.ties {
            let ties = |v: &Vec<i64>| -> Vec<&str> {
                let id = |at: usize| orders.customers[customers[at].customer as usize].as_str();
                first_of_scores(v, args.scores).into_iter().map(id).collect()
            };
            let [recency, frequency, monetary] = values.each_ref().map(ties);
            text["ties"] = json!({ "recency_days": recency, "frequency": frequency, "monetary_cents": monetary });
        }
        write_file(path, format!("{text:#}\n").as_bytes())?;
        let names = ["recency", "frequency", "monetary value"];
        for ((name, values), ranks) in names.into_iter().zip(&values).zip([&r, &f, &m]) {
            let cuts = cuts(values, args.scores);
            let other = values.iter().zip(ranks).filter(|(v, rank)| score(**v, &cuts) != **rank).count();
            eprintln!("{name}: without ties a device scores {other} of {} customers higher", values.len());
        }
    }
    let mut out = Csv::new();
    out.row(["customer_id", "recency_days", "frequency", "monetary_cents", "R", "F", "M"]);
    for (i, c) in customers.iter().enumerate() {
        let numbers = [c.recency_days, i64::from(c.frequency), c.cents, r[i].into(), f[i].into(), m[i].into()];
        let [a, b, d, r, f, m] = numbers.map(|n| n.to_string());
        out.row([&orders.customers[c.customer as usize], &a, &b, &d, &r, &f, &m]);
    }
    out.end();
    Ok(())
}

/// Places of the customers at whom the scores from 2 on begin, in order of the values and of the ids.
fn first_of_scores(values: &[i64], steps: u8) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|i| values[*i]);
    let at = |k: usize| (k * order.len()).div_ceil(usize::from(steps));
    (1..usize::from(steps)).filter_map(|k| order.get(at(k)).copied()).collect()
}

/// CSV on standard output, for a reader who may leave.
struct Csv(csv::Writer<StdoutLock<'static>>);

impl Csv {
    fn new() -> Csv {
        Csv(csv::Writer::from_writer(std::io::stdout().lock()))
    }

    fn row<const N: usize>(&mut self, fields: [&str; N]) {
        if self.0.write_record(fields).is_err() {
            std::process::exit(0);
        }
    }

    fn end(mut self) {
        if self.0.flush().is_err() {
            std::process::exit(0);
        }
    }
}
