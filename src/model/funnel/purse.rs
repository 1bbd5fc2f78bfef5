//! What do projects see of their firms, and what do firms get back?
//!
//! Only firms with projects have a purse; it holds sums over all firms represented.

use super::decision::productivity_jump;
use super::{FunnelParameters, Waiting};
use crate::base::math::{max, min};
use crate::model::firms::Firms;

/// Purse of a firm with projects; amounts are of all firms represented.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Purse {
    /// Row of the firm.
    row: u32,
    /// Id of the firm in business, [`NOBODY`] where there is none.
    pub id: u32,
    /// Cash that projects may spend yet \[mn\].
    pub budget: f64,
    /// Spent on stages and places \[mn\].
    pub spent: f64,
    /// Of that, fees for places \[mn\].
    pub fees: f64,
    /// Revenue of products first sold \[mn/yr, 2020 prices\].
    pub revenue: f64,
    /// Real inventions that wait for a first sale.
    pub waiting: f64,
}

/// Id of no firm.
const NOBODY: u32 = u32::MAX;

/// Purses of a quarter, opened when the first project of a firm asks.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Purses {
    /// Place of each firm's purse, from 1; 0 where there is none yet.
    place: Vec<u32>,
    open: Vec<Purse>,
}

impl Purses {
    /// Makes room for as many firms.
    pub(super) fn lay_out(&mut self, firms: &Firms) {
        self.place.resize(firms.len(), 0);
    }

    /// Place of the purse of the firm at `row`, from 1.
    #[inline]
    pub(super) fn place_of(&mut self, row: u32, firms: &Firms) -> u32 {
        let place = &mut self.place[row as usize];
        if *place == 0 {
            let i = row as usize;
            self.open.push(Purse {
                row,
                id: if firms.alive[i] { firms.id[i] } else { NOBODY },
                budget: max(0.0, firms.cash[i]) * firms.weight[i],
                spent: 0.0,
                fees: 0.0,
                revenue: 0.0,
                waiting: 0.0,
            });
            *place = self.open.len() as u32;
        }
        *place
    }

    /// The purse at a place.
    #[inline]
    pub(super) fn at(&mut self, place: u32) -> &mut Purse {
        &mut self.open[place as usize - 1]
    }

    /// Firms pay, note what they sell first and what waits, and gain from what they sell; no
    /// purse is left.
    pub(super) fn close(
        &mut self,
        firms: &mut Firms,
        waiting: &mut Vec<Waiting>,
        price: f64,
        p: &FunnelParameters,
    ) {
        for purse in self.open.drain(..) {
            self.place[purse.row as usize] = 0;
            let firm = purse.row as usize;
            let weight = firms.weight[firm];
            firms.cash[firm] -= purse.spent / weight;
            firms.platform_fees[firm] += purse.fees / weight;
            if purse.revenue > 0.0 {
                let revenue = purse.revenue * price / weight;
                firms.new_product_sales[firm] += revenue;
                let jump = productivity_jump(p.productivity_share * revenue, firms.sales[firm]);
                firms.pending_gain[firm] = min(p.gain_cap, firms.pending_gain[firm] + jump);
            }
            if purse.waiting > 0.0 {
                waiting.push(Waiting {
                    firm: purse.row,
                    mass: purse.waiting,
                });
            }
        }
    }
}
