//! Sparse rows: links from each row to others, and sums over a few rows among many.

/// Links of each row, strongest first; ties by row.
pub(in crate::builder) type Links = Vec<Vec<(u32, f64)>>;

/// Orders links by weight and keeps the strongest.
pub(super) fn strongest(links: &mut Vec<(u32, f64)>, most: usize) {
    let order = |x: &(u32, f64), y: &(u32, f64)| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0));
    if links.len() > most {
        // No two links are alike in this order, so those that stay are the same as after sorting all.
        links.select_nth_unstable_by(most, order);
        links.truncate(most);
    }
    links.sort_unstable_by(order);
}

/// Weights that add up by row.
pub(super) struct Sum {
    of: Vec<f64>,
    met: Vec<u32>,
    sums: Vec<(u32, f64)>,
}

impl Sum {
    /// Over `n` rows.
    pub(super) fn new(n: usize) -> Sum {
        Sum { of: vec![0.0; n], met: Vec::new(), sums: Vec::new() }
    }

    /// Adds `weight`, above 0, to a row.
    pub(super) fn add(&mut self, row: u32, weight: f64) {
        let slot = &mut self.of[row as usize];
        if *slot == 0.0 {
            self.met.push(row);
        }
        *slot += weight;
    }

    /// The strongest of what was added; the sum begins anew.
    pub(super) fn take(&mut self, most: usize) -> Vec<(u32, f64)> {
        let Sum { of, met, sums } = self;
        sums.clear();
        sums.extend(met.drain(..).map(|i| (i, std::mem::take(&mut of[i as usize]))));
        strongest(sums, most);
        // A copy: what was summed has room for many times as many.
        sums.clone()
    }
}
