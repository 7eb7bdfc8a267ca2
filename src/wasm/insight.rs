//! The calls about who the shopper is: conditions of audiences, tags and rules; the shopper's insights; tags that are taken back.

use super::{analysis, data, declared, tags};
use crate::codec::{Malformed, Reader, Writer};
use crate::condition::{Program, Refused};
use crate::engine::Engine;
use crate::error::Result;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::Any;

/// What this part keeps between calls. The core knows that there is something, and nothing of what it is.
pub(super) type Kept = Option<Box<dyn Any>>;

/// The calls of this part.
pub(super) type Part = fn(u32, &mut Kept, &mut Engine, &mut Reader<'_>, &mut Writer) -> Result<()>;

/// Programs that are kept at a time.
const MOST: usize = 1024;

/// The programs of an instance, by handle.
type Programs = Vec<Option<Program>>;

/// Calls 45 to 51, 56 to 58, 61 to 63, 77 and 90 to 92. What only they need is a file of its own in the web build, which `pkg-template/build/part.mjs` cuts at this function.
pub(super) fn part(op: u32, kept: &mut Kept, shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    match op {
        48 => return analysis::insights(shelf, r, out),
        49 => return tags::wish(shelf, r, out),
        50 => return tags::hidden(shelf, r, out),
        51 => return tags::rules(shelf, r, out),
        56 => return declared::declare(shelf, r, out),
        57 => return analysis::stages(shelf, r, out),
        58 => return declared::about(shelf, r, out),
        61 => return analysis::put_forward(shelf, r, out),
        62 => return analysis::grants(shelf, r, out),
        63 => return analysis::decline_grant(shelf, r),
        77 => return analysis::care(shelf, r, out),
        90 => return data::taken_out(shelf, r, out),
        91 => return data::take_in(shelf, r),
        92 => return analysis::selling_points(shelf, r, out),
        _ => {}
    }
    let kept = kept.get_or_insert_with(|| Box::new(Programs::new()));
    let programs = kept.downcast_mut::<Programs>().ok_or(Malformed)?;
    match op {
        45 => compile(programs, r, out),
        46 => matches(programs, r, out),
        _ => drop_program(programs, r),
    }
}

fn compile(programs: &mut Programs, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let document = r.take(r.left());
    let free = programs.iter().position(Option::is_none).unwrap_or(programs.len());
    let program = match Program::compile(document.to_vec()) {
        Ok(program) if free < MOST => program,
        Err(Refused::Malformed) => return Err(Malformed.into()),
        // No program: too many, no condition, too large.
        refused => {
            out.u32(0);
            out.u8(match refused {
                Err(Refused::NoObject) => 1,
                Err(_) => 2,
                Ok(_) => 3,
            });
            return Ok(());
        }
    };
    out.count(free + 1);
    out.u8(program.needs());
    let patterns = program.patterns();
    out.count(patterns.len());
    for (attribute, text, ignore_case) in patterns {
        out.bytes(attribute);
        out.bytes(text);
        out.u8(u8::from(ignore_case));
    }
    let problems = program.problems();
    out.count(problems.len());
    for (problem, name) in problems {
        out.u8(problem as u8);
        out.bytes(name);
    }
    if free == programs.len() {
        programs.push(None);
    }
    programs[free] = Some(program);
    Ok(())
}

/// The place of the program that a request names.
fn named<'p>(programs: &'p mut Programs, r: &mut Reader<'_>) -> Result<&'p mut Option<Program>> {
    let handle = r.u32() as usize;
    Ok(handle.checked_sub(1).and_then(|i| programs.get_mut(i)).ok_or(Malformed)?)
}

fn matches(programs: &mut Programs, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let program = named(programs, r)?;
    let batch = r.take(r.left());
    program.as_ref().ok_or(Malformed)?.each(batch, |yes| out.u8(u8::from(yes)))?;
    Ok(())
}

fn drop_program(programs: &mut Programs, r: &mut Reader<'_>) -> Result<()> {
    let program = named(programs, r)?;
    r.end()?;
    *program = None;
    Ok(())
}
