//! Conditions: the golden file, natively and through the calls; and bytes that are none.

use nearshelf::codec::{Reader, Writer};
use nearshelf::condition::lint::{Severity, lint};
use nearshelf::condition::{Problem, Program, Refused, json};
use nearshelf::wasm::dispatch::Table;
use serde_json::{Value, json as j};

const CASES: &str = include_str!("conditions.json");

fn compiled(condition: &Value, groups: &Value) -> Program {
    Program::compile(json::document(condition, groups)).unwrap_or_else(|e| panic!("{condition}: {e:?}"))
}

/// Name, condition, contexts and answers of each case.
type Cases = Vec<(String, Value, Vec<Value>, Vec<bool>)>;

fn cases() -> (Value, Cases) {
    let file: Value = serde_json::from_str(CASES).unwrap();
    assert_eq!(file["spec_version"], 1);
    let cases = file["cases"].as_array().unwrap().iter().map(|case| {
        let asked = case[2].as_array().unwrap();
        let attributes = asked.iter().map(|a| a[0].clone()).collect();
        let answers = asked.iter().map(|a| a[1].as_bool().unwrap()).collect();
        (case[0].as_str().unwrap().to_string(), case[1].clone(), attributes, answers)
    });
    (file["groups"].clone(), cases.collect())
}

#[test]
fn conditions_answer_as_the_golden_file_says() {
    let (groups, cases) = cases();
    assert!(cases.len() > 100);
    for (name, condition, attributes, answers) in cases {
        let program = compiled(&condition, &groups);
        assert_eq!(json::Matcher::new(&program).matches(&attributes), answers, "{name}: {condition} of {attributes:?}");
    }
}

fn call(table: &mut Table, op: u32, write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut w = Writer::new();
    w.u32(1);
    write(&mut w);
    table.call(op, &w.finish())
}

fn table() -> Table {
    let mut table = Table::default();
    let mut open = Writer::new();
    open.f64(1.79e12);
    open.str("");
    open.str("");
    (0..4).for_each(|_| open.u8(0));
    open.bytes(include_bytes!("../compat/pack-v1.pack"));
    assert_eq!(table.call(1, &open.finish())[0], 0);
    table
}

#[test]
fn calls_compile_ask_and_drop() {
    let (groups, cases) = cases();
    let mut table = table();
    for (name, condition, attributes, answers) in &cases {
        let document = json::document(condition, &groups);
        let program = Program::compile(document.clone()).unwrap();
        let made = call(&mut table, 45, |w| w.raw(&document));
        let mut r = Reader::new(&made);
        assert_eq!((r.u8(), r.u32(), r.u8()), (0, 1, program.needs()), "{name}: the place of the one before is free");
        let batch = json::Matcher::new(&program).batch(attributes);
        let asked = call(&mut table, 46, |w| {
            w.u32(1);
            w.raw(&batch);
        });
        let mut r = Reader::new(&asked);
        assert_eq!(r.u8(), 0);
        let told: Vec<bool> = r.take(r.left()).iter().map(|yes| *yes == 1).collect();
        assert_eq!(&told, answers, "{name}");
        assert_eq!(call(&mut table, 47, |w| w.u32(1)), [0]);
    }
    let gone = call(&mut table, 46, |w| w.u32(1));
    assert_eq!(&gone[5..16], b"bad_request");
}

#[test]
fn what_means_nothing_is_told_with_its_name() {
    let condition = j!({
        "a": { "$gtt": 1 }, "b": { "$in": 5 }, "$or": 3, "c": { "$inGroup": "nobody" }, "d": { "$regex": 7 }, "e": { "$lt": [1] },
    });
    let program = compiled(&condition, &j!({}));
    let told: Vec<(Problem, String)> =
        program.problems().map(|(p, name)| (p, String::from_utf8_lossy(name).into_owned())).collect();
    let expected = [
        (Problem::UnknownOperator, "$gtt"),
        (Problem::WrongOperand, "$in"),
        (Problem::WrongOperand, "$or"),
        (Problem::UnknownGroup, "nobody"),
        (Problem::WrongOperand, "$regex"),
        (Problem::WrongOperand, "$lt"),
    ];
    assert_eq!(told, expected.map(|(p, name)| (p, name.to_string())));
    let many: Vec<Value> = (0..33).map(|i| j!({ "a": { "$regex": i.to_string() } })).collect();
    let program = compiled(&j!({ "$or": many }), &j!({}));
    assert_eq!(program.patterns().len(), 32);
    assert_eq!(program.problems().map(|(p, _)| p).collect::<Vec<_>>(), [Problem::TooManyPatterns]);
    assert_eq!(json::Matcher::new(&program).matches(&[j!({ "a": "31" }), j!({ "a": "x" })]), [true, false]);
}

#[test]
fn patterns_are_told_with_the_attribute_they_are_asked_of() {
    let condition = j!({ "a.b": { "$regex": "x" }, "l": { "$elemMatch": { "name.first": { "$regexi": "y" } } } });
    let program = compiled(&condition, &j!({}));
    let told: Vec<_> = program.patterns().collect();
    assert_eq!(told, [(&b"a"[..], &b"x"[..], false), (b"l", b"y", true)]);
}

#[test]
fn what_is_too_large_or_no_condition_is_refused() {
    let deep = (0..40).fold(j!({ "a": 1 }), |inner, _| j!({ "$not": inner }));
    let deep_value = (0..40).fold(j!(1), |inner, _| j!([inner]));
    let wide: Vec<Value> = (0..5000).map(|i| j!({ "a": i })).collect();
    for condition in [deep, j!({ "a": deep_value }), j!({ "$or": wide })] {
        assert_eq!(Program::compile(json::document(&condition, &j!({}))).unwrap_err(), Refused::TooLarge);
    }
    assert_eq!(Program::compile(json::document(&j!([1]), &j!({}))).unwrap_err(), Refused::NoObject);
    assert_eq!(Program::compile(Vec::new()).unwrap_err(), Refused::Malformed);
    // A group is as large as it likes.
    let group: Vec<Value> = (0..50_000).map(|i| j!(format!("u{i}"))).collect();
    let program = compiled(&j!({ "id": { "$inGroup": "all" } }), &j!({ "all": group }));
    assert_eq!(json::Matcher::new(&program).matches(&[j!({ "id": "u49999" }), j!({ "id": "v" })]), [true, false]);
}

#[test]
fn a_path_is_no_deeper_than_a_context() {
    let path = |n: usize| (0..n).map(|i| format!("p{i}")).collect::<Vec<_>>().join(".");
    let context = (0..32).rev().fold(j!(7), |inner, i| j!({ format!("p{i}"): inner }));
    let program = compiled(&j!({ path(32): 7 }), &j!({}));
    assert_eq!(json::Matcher::new(&program).matches(&[context, j!({})]), [true, false]);
    let names = |n: usize| (0..n).map(|i| (format!("n{i}"), j!(i))).collect::<serde_json::Map<_, _>>();
    for condition in [j!({ path(33): 7 }), j!({ path(40_000): 7 }), j!({ "a": names(5000) })] {
        assert_eq!(Program::compile(json::document(&condition, &j!({}))).unwrap_err(), Refused::TooLarge);
        let found = lint(&condition, None);
        assert!(found.iter().any(|f| f.severity == Severity::Error && f.path == "$"), "{found:?}");
    }
    let program = compiled(&j!({ "a": names(4000) }), &j!({}));
    assert_eq!(
        json::Matcher::new(&program).matches(&[j!({ "a": names(4000) }), j!({ "a": names(3999) })]),
        [true, false]
    );
}

#[test]
fn a_group_that_is_asked_for_often_is_the_same_each_time() {
    let many: Vec<Value> = (0..20_000).map(|i| j!(format!("u{i}"))).collect();
    let groups = j!({ "many": many, "few": ["b", "a"], "none": [], "no one": [] });
    let uses: Vec<Value> = (0..200)
        .map(|i| match i % 5 {
            0 => j!({ "id": { "$inGroup": "many" } }),
            1 => j!({ "id": { "$notInGroup": "few" } }),
            2 => j!({ "few": { "$inGroup": "few", "$in": ["a", "b"] } }),
            3 => j!({ "few": { "$notInGroup": "none", "$nin": [] } }),
            _ => j!({ "id": { "$notInGroup": "no one", "$ini": ["U7", "u19999"] } }),
        })
        .collect();
    let program = compiled(&j!({ "$and": uses }), &groups);
    let contexts = [
        j!({ "id": "u19999", "few": ["b"] }),
        j!({ "id": "a", "few": "b" }),
        j!({ "id": "u7", "few": "c" }),
        j!({ "id": "u7", "few": "a" }),
    ];
    assert_eq!(json::Matcher::new(&program).matches(&contexts), [true, false, false, true]);
}

/// A list or an object around what is in it.
fn around(tag: u8, count: u32, inside: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    out.extend((inside.len() as u32 + 4).to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(inside);
    out
}

/// A batch of one context whose only attribute is these bytes.
fn batch_of(attribute: &str, value: &[u8]) -> Vec<u8> {
    let mut batch = Writer::new();
    batch.u32(0);
    batch.u32(1);
    batch.bytes(&around(10, 1, &[&[0; 4], value].concat()));
    batch.u32(1);
    batch.str(attribute);
    batch.finish()
}

#[test]
fn bytes_that_lie_are_refused() {
    let text = |tag: u8, text: &[u8]| [&[tag][..], &(text.len() as u32).to_le_bytes(), text].concat();
    let program = compiled(&j!({ "a": { "$ini": ["a"] } }), &j!({}));
    let asked = |attribute: &str, value: &[u8]| {
        let mut answers = Vec::new();
        program.each(&batch_of(attribute, value), |yes| answers.push(yes)).map(|()| answers)
    };
    let cased = |lower: &[u8]| [&[7], &text(4, b"A")[..], lower].concat();
    assert_eq!(asked("a", &cased(&text(4, b"a"))), Ok(vec![true]));
    assert_eq!(asked("a", &cased(&[&[6], &1_f64.to_le_bytes()[..], &text(4, b"1")[1..]].concat())), Ok(vec![false]));
    // A lower case has none of its own, however often.
    let nested = (0..20_000).fold(text(4, b"a"), |lower, _| if lower.len() > 300_000 { lower } else { cased(&lower) });
    for lie in [
        &nested[..],
        &cased(&cased(&text(4, b"a"))),
        &cased(&[0]),
        &cased(&[3; 9]),
        &[7, 0, 0],
        &[4, 0xFF, 0xFF, 0xFF, 0xFF],
    ] {
        for attribute in ["a", "b"] {
            assert!(asked(attribute, lie).is_err(), "{attribute}: {:?}", &lie[..lie.len().min(20)]);
        }
    }
    // What a condition compares in depth is whole.
    let mut document = around(10, 1, &[&[0; 4], &around(9, u32::MAX, &[2])[..]].concat());
    document.extend([&[0][..], &1_u32.to_le_bytes(), &text(4, b"a")[1..]].concat());
    assert_eq!(Program::compile(document).unwrap_err(), Refused::Malformed);
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n.max(1)
    }
}

#[test]
fn bytes_that_are_changed_never_panic() {
    let (groups, cases) = cases();
    let mut dice = Dice(7);
    let (mut compiled, mut refused, mut asked, mut malformed) = (0, 0, 0, 0);
    for round in 0..40 {
        for (_, condition, attributes, _) in &cases {
            let good = json::document(condition, &groups);
            let program = Program::compile(good.clone()).unwrap();
            let mut batch = json::Matcher::new(&program).batch(attributes);
            let mut document = good;
            for bytes in [&mut document, &mut batch] {
                for _ in 0..1 + dice.below(4) {
                    let at = dice.below(bytes.len());
                    bytes[at] = [dice.below(256) as u8, dice.below(12) as u8, 0, 0xFF][dice.below(4)];
                }
                if round % 4 == 0 {
                    bytes.truncate(dice.below(bytes.len()));
                }
            }
            let _same = program.each(&batch, |_| asked += 1).map_err(|_| malformed += 1);
            match Program::compile(document) {
                Err(_) => refused += 1,
                Ok(program) => {
                    compiled += 1;
                    let _same = program.each(&batch, |_| asked += 1);
                    let _told = (program.patterns().count(), program.problems().count());
                }
            }
        }
    }
    assert!(
        compiled > 500 && refused > 500 && asked > 500 && malformed > 500,
        "{compiled} {refused} {asked} {malformed}"
    );
}

const OPERATORS: [&str; 30] = [
    "$eq",
    "$ne",
    "$lt",
    "$lte",
    "$gt",
    "$gte",
    "$veq",
    "$vne",
    "$vlt",
    "$vgte",
    "$in",
    "$nin",
    "$ini",
    "$nini",
    "$inGroup",
    "$notInGroup",
    "$all",
    "$alli",
    "$regex",
    "$regexi",
    "$notRegex",
    "$notRegexi",
    "$exists",
    "$type",
    "$size",
    "$elemMatch",
    "$not",
    "$or",
    "$and",
    "$nonsense",
];

/// Any value, or any operators.
fn anything(dice: &mut Dice, depth: u32) -> Value {
    let inner = |dice: &mut Dice| anything(dice, depth + 1);
    match dice.below(if depth > 3 { 7 } else { 12 }) {
        0 => j!(null),
        1 => j!(true),
        2 => j!(3),
        3 => j!("null"),
        4 => j!("["),
        5 => j!("staff"),
        6 => j!("a"),
        7 => (0..dice.below(3)).map(|_| inner(dice)).collect(),
        8 => any_condition(dice, depth + 1),
        _ => (0..1 + dice.below(2))
            .map(|_| (OPERATORS[dice.below(30)].to_string(), inner(dice)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

fn any_condition(dice: &mut Dice, depth: u32) -> Value {
    let entry = |dice: &mut Dice| match dice.below(8) {
        0 => (["$and", "$or", "$nor", "$not"][dice.below(4)].to_string(), anything(dice, depth + 1)),
        1 if depth < 4 => {
            let list = (0..dice.below(3)).map(|_| any_condition(dice, depth + 1)).collect();
            (["$and", "$or", "$nor"][dice.below(3)].to_string(), list)
        }
        _ => (["a", "a.b", "l.0"][dice.below(3)].to_string(), anything(dice, depth + 1)),
    };
    (0..1 + dice.below(2)).map(|_| entry(dice)).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn the_command_calls_an_error_what_a_device_tells() {
    let groups = j!({ "staff": ["u1"] });
    let mut dice = Dice(14);
    let mut wrong = 0;
    for _ in 0..20_000 {
        let condition = any_condition(&mut dice, 0);
        let device = match Program::compile(json::document(&condition, &groups)) {
            // A pattern that is none is told by the host.
            Ok(program) => program.problems().count() > 0 || !json::Matcher::new(&program).sound().all(|is| is),
            Err(_) => true,
        };
        let found = lint(&condition, Some(&groups));
        assert_eq!(found.iter().any(|f| f.severity == Severity::Error), device, "{condition}: {found:?}");
        wrong += u32::from(device);
    }
    assert!((5000..15_000).contains(&wrong), "{wrong} are wrong");
}

#[test]
fn the_command_tells_mistakes_and_counts_whom_a_condition_matches() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let attributes =
        write("shoppers.jsonl", "{\"tier\":\"gold\"}\n{\"tier\":\"silver\"}\n{\"tier\":\"gold\",\"id\":\"u1\"}\n");
    let run = |args: &[&str]| {
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_nearshelf"))
            .args(["conditions", "check"])
            .args(args)
            .output()
            .unwrap();
        (out.status.success(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let sound = write("sound.json", r#"[{"tier":"gold"},{"tier":{"$regex":"^S"}},{"tier":{"$regexi":"^S"}}]"#);
    let (ended_well, told, _) = run(&[&sound, "--attributes", &attributes, "--each"]);
    assert!(ended_well);
    for line in ["sound.json[0]: line 3: true", "[0]: 2 of 3 match", "[1]: 0 of 3 match", "[2]: 1 of 3 match"] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let wrong = write("wrong.json", r#"{"tier":{"$inn":["gold"]},"id":{"$inGroup":"staff"}}"#);
    let groups = write("groups.json", r#"{"staff":["u1"]}"#);
    let (ended_well, told, _) = run(&[&wrong, "--groups", &groups]);
    assert!(!ended_well);
    assert!(
        told.contains("error at $.tier.$inn: there is no operator $inn, so it matches nobody. Did you mean $in?"),
        "{told}"
    );
    assert!(told.ends_with("1 condition(s), 1 error(s), 0 warning(s), 0 note(s)\n"), "{told}");
    let (ended_well, _, told) = run(&[&write("none.json", "{")]);
    assert!(!ended_well && told.contains("error[bad_condition]") && told.contains("none.json"), "{told}");
}
