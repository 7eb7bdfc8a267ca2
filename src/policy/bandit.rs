//! Bandits small enough for a device: what they show, and what they learn from a reward.

use crate::error::{Code, Error, Result};
use crate::random::Random;

/// Which bandit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BanditKind {
    /// The best mean so far, and with probability ε any item (Sutton, Barto, "Reinforcement learning", 2018, section 2.2).
    EpsilonGreedy,
    /// A draw from each item's Beta posterior; the largest wins (Chapelle, Li, "An empirical evaluation of Thompson sampling", NIPS
    /// 2011, algorithm 2; rewards between 0 and 1 as in Agrawal, Goyal, COLT 2012, algorithm 2).
    Thompson,
    /// A ridge regression of each item over the scene; the largest upper bound wins (Li, Chu, Langford, Schapire, "A
    /// contextual-bandit approach to personalized news article recommendation", WWW 2010, algorithm 1).
    LinUcb,
}

impl BanditKind {
    /// Every bandit.
    pub const ALL: [BanditKind; 3] = [BanditKind::EpsilonGreedy, BanditKind::Thompson, BanditKind::LinUcb];

    /// Its name on the command line.
    pub fn code(self) -> &'static str {
        match self {
            BanditKind::EpsilonGreedy => "epsilon-greedy",
            BanditKind::Thompson => "thompson",
            BanditKind::LinUcb => "linucb",
        }
    }
}

/// What the bandits leave open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BanditSettings {
    /// Share of rounds in which ε-greedy takes any item, 0 to 1.
    pub epsilon: f64,
    /// Widths of the regression's error that LinUCB adds, 0 to 100.
    pub alpha: f64,
    /// Thompson's prior: rounds with and without a reward, each 1 to 10^6.
    pub prior: (f64, f64),
}

impl Default for BanditSettings {
    /// ε = 0.1, α = 1, a flat prior.
    fn default() -> BanditSettings {
        BanditSettings { epsilon: 0.1, alpha: 1.0, prior: (1.0, 1.0) }
    }
}

impl BanditSettings {
    pub(super) fn check(&self) -> Result<()> {
        let prior = 1.0..=1e6;
        let checks = [
            ("epsilon", self.epsilon, (0.0..=1.0).contains(&self.epsilon)),
            ("alpha", self.alpha, (0.0..=100.0).contains(&self.alpha)),
            ("prior", self.prior.0, prior.contains(&self.prior.0)),
            ("prior", self.prior.1, prior.contains(&self.prior.1)),
        ];
        match checks.iter().find(|(_, _, good)| !good) {
            None => Ok(()),
            Some((name, value, _)) => {
                Err(Error::new(Code::BadExploration, format!("{name} = {value} is out of range.")))
            }
        }
    }
}

/// A bandit at work. Arms are items by number; the scene is a list of features that hold.
pub(super) trait Bandit {
    /// The arm it would show, one of `arms`.
    fn choose(&mut self, arms: &[u32], scene: &[usize], random: &mut Random) -> u32;
    /// Takes in what the arm earned.
    fn learn(&mut self, arm: u32, scene: &[usize], reward: f64, random: &mut Random);
}

/// A fresh bandit for `items` items and scenes of `features` features.
pub(super) fn fresh(kind: BanditKind, settings: &BanditSettings, items: usize, features: usize) -> Box<dyn Bandit> {
    match kind {
        BanditKind::EpsilonGreedy => {
            Box::new(EpsilonGreedy { epsilon: settings.epsilon, rounds: vec![0.0; items], earned: vec![0.0; items] })
        }
        BanditKind::Thompson => Box::new(Thompson { posterior: vec![settings.prior; items] }),
        BanditKind::LinUcb => {
            Box::new(LinUcb { alpha: settings.alpha, features, arms: (0..items).map(|_| None).collect() })
        }
    }
}

/// The arm with the largest value; among equals one by chance.
fn best(arms: &[u32], random: &mut Random, mut value: impl FnMut(u32, &mut Random) -> f64) -> u32 {
    let (mut best, mut most, mut equals) = (arms.first().copied().unwrap_or(0), f64::NEG_INFINITY, 0);
    for arm in arms {
        let v = value(*arm, random);
        if v > most {
            (best, most, equals) = (*arm, v, 1);
        } else if v == most {
            // The n-th of n equals takes over with probability 1/n, so that each is left with the same chance.
            equals += 1;
            if random.below(equals) == 0 {
                best = *arm;
            }
        }
    }
    best
}

struct EpsilonGreedy {
    epsilon: f64,
    rounds: Vec<f64>,
    earned: Vec<f64>,
}

impl Bandit for EpsilonGreedy {
    fn choose(&mut self, arms: &[u32], _: &[usize], random: &mut Random) -> u32 {
        if random.unit() < self.epsilon {
            return arms.get(random.below(arms.len() as u64) as usize).copied().unwrap_or(0);
        }
        best(arms, random, |arm, _| {
            let (n, sum) = (self.rounds[arm as usize], self.earned[arm as usize]);
            if n > 0.0 { sum / n } else { 0.0 }
        })
    }

    fn learn(&mut self, arm: u32, _: &[usize], reward: f64, _: &mut Random) {
        self.rounds[arm as usize] += 1.0;
        self.earned[arm as usize] += reward;
    }
}

struct Thompson {
    posterior: Vec<(f64, f64)>,
}

impl Bandit for Thompson {
    fn choose(&mut self, arms: &[u32], _: &[usize], random: &mut Random) -> u32 {
        best(arms, random, |arm, random| {
            let (a, b) = self.posterior[arm as usize];
            random.beta(a, b)
        })
    }

    fn learn(&mut self, arm: u32, _: &[usize], reward: f64, random: &mut Random) {
        let (a, b) = &mut self.posterior[arm as usize];
        if random.unit() < reward { *a += 1.0 } else { *b += 1.0 }
    }
}

struct LinUcb {
    alpha: f64,
    features: usize,
    /// `None` until an arm has learnt something: its inverse is then the identity.
    arms: Vec<Option<Ridge>>,
}

struct Ridge {
    /// Inverse of 1 + Σ x xᵀ, row by row.
    inverse: Vec<f64>,
    /// Σ r x.
    earned: Vec<f64>,
    /// inverse · earned.
    theta: Vec<f64>,
}

impl Bandit for LinUcb {
    fn choose(&mut self, arms: &[u32], scene: &[usize], random: &mut Random) -> u32 {
        let d = self.features;
        best(arms, random, |arm, _| match &self.arms[arm as usize] {
            None => self.alpha * libm::sqrt(scene.len() as f64),
            Some(r) => {
                let mean: f64 = scene.iter().map(|i| r.theta[*i]).sum();
                let spread: f64 = scene.iter().flat_map(|i| scene.iter().map(move |j| r.inverse[i * d + j])).sum();
                mean + self.alpha * libm::sqrt(spread.max(0.0))
            }
        })
    }

    fn learn(&mut self, arm: u32, scene: &[usize], reward: f64, _: &mut Random) {
        let d = self.features;
        let r = self.arms[arm as usize].get_or_insert_with(|| {
            let mut inverse = vec![0.0; d * d];
            (0..d).for_each(|i| inverse[i * d + i] = 1.0);
            Ridge { inverse, earned: vec![0.0; d], theta: vec![0.0; d] }
        });
        // Sherman, Morrison 1950: the inverse after adding x xᵀ.
        let mapped: Vec<f64> = (0..d).map(|i| scene.iter().map(|j| r.inverse[i * d + j]).sum()).collect();
        let spread = 1.0 + scene.iter().map(|i| mapped[*i]).sum::<f64>();
        for i in 0..d {
            for j in 0..d {
                r.inverse[i * d + j] -= mapped[i] * mapped[j] / spread;
            }
        }
        scene.iter().for_each(|i| r.earned[*i] += reward);
        for i in 0..d {
            r.theta[i] = (0..d).map(|j| r.inverse[i * d + j] * r.earned[j]).sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ridge_regression_is_kept_up_to_date() {
        let mut bandit = LinUcb { alpha: 0.0, features: 2, arms: vec![None] };
        let mut r = Random::new(1);
        for (scene, reward) in [(&[0][..], 1.0), (&[0, 1], 2.0), (&[1], 0.5)] {
            bandit.learn(0, scene, reward, &mut r);
        }
        // (1 + Σ x xᵀ) = [3 1; 1 3], Σ r x = (3, 2.5): θ = (6.5, 4.5) / 8.
        let ridge = bandit.arms[0].as_ref().expect("learnt");
        for (got, want) in ridge.theta.iter().zip([6.5 / 8.0, 4.5 / 8.0]) {
            assert!((got - want).abs() < 1e-12, "{got}");
        }
        for (got, want) in ridge.inverse.iter().zip([3.0 / 8.0, -1.0 / 8.0, -1.0 / 8.0, 3.0 / 8.0]) {
            assert!((got - want).abs() < 1e-12, "{got}");
        }
    }

    #[test]
    fn equals_have_equal_chances() {
        let mut r = Random::new(5);
        let mut wins = [0; 4];
        for _ in 0..4000 {
            wins[best(&[0, 1, 2, 3], &mut r, |_, _| 1.0) as usize] += 1;
        }
        assert!(wins.iter().all(|w| (850..1150).contains(w)), "{wins:?}");
        assert_eq!(best(&[7, 8], &mut r, |arm, _| f64::from(arm)), 8);
        assert_eq!(best(&[], &mut r, |_, _| 1.0), 0);
    }

    #[test]
    fn every_bandit_finds_the_better_arm_and_the_scene_where_it_can() {
        for kind in BanditKind::ALL {
            let mut bandit = fresh(kind, &BanditSettings::default(), 3, 2);
            let mut r = Random::new(11);
            let (mut late, mut earned) = (0.0, 0.0);
            for round in 0..4000 {
                // Arm 0 is good in one scene, arm 1 in the other; arm 2 is fair in both.
                let scene = [r.below(2) as usize];
                let arm = bandit.choose(&[0, 1, 2], &scene, &mut r);
                let chance = if arm == 2 {
                    0.5
                } else if arm as usize == scene[0] {
                    0.8
                } else {
                    0.1
                };
                let reward = f64::from(r.unit() < chance);
                bandit.learn(arm, &scene, reward, &mut r);
                if round >= 2000 {
                    late += 1.0;
                    earned += reward;
                }
            }
            let mean = earned / late;
            let best = if kind == BanditKind::LinUcb { 0.8 } else { 0.5 };
            assert!(mean > best - 0.06 && mean < best + 0.04, "{}: {mean}", kind.code());
        }
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let good = BanditSettings::default();
        assert!(good.check().is_ok());
        for bad in [
            BanditSettings { epsilon: -0.1, ..good },
            BanditSettings { epsilon: f64::NAN, ..good },
            BanditSettings { alpha: f64::INFINITY, ..good },
            BanditSettings { prior: (0.5, 1.0), ..good },
            BanditSettings { prior: (1.0, 1e9), ..good },
        ] {
            assert_eq!(bad.check().expect_err("out of range").code(), "bad_exploration");
        }
    }
}
