//! The ties of the subledgers: each against its control accounts, in each dimension, as recorded and as adjusted.

use std::collections::BTreeMap;

use super::{Checks, Value};
use crate::book::policies::ReserveRelief;
use crate::domain::{Dimension, Money};
use crate::records::ItemName;
use crate::schedules::ReserveSums;
use crate::trial_balance::Balance;

/// Ties of what the registers alone say: no earlier pack has a part in them, so they hold in a scenario too.
const WITHOUT_EARLIER_PACKS: [&str; 3] = ["inventory", "fixed-assets", "fixed-assets-closing"];

/// What a subledger has in a dimension.
type Part = (Dimension, Money);

impl Checks<'_> {
    pub(super) fn subledgers(&mut self) {
        self.inventory();
        self.prepaid();
        self.assets();
        self.obligations();
        self.royalties();
    }

    fn inventory(&mut self) {
        let (config, sums) = (&self.inputs.book.config, self.inputs.schedules.reserve_sums());
        let (cost, reserve) = (config.accounts.inventory.clone(), config.accounts.inventory_reserve.clone());
        // Where the ERP books the relief itself, the ledger carries what is left of the opening reserve.
        let booked = config.policies.reserve_relief == ReserveRelief::Booked;
        let opening = |sums: &ReserveSums| if booked { sums.carried } else { sums.opening };
        let parts = |amount: &dyn Fn(&ReserveSums) -> Money| -> Vec<Part> {
            sums.iter().map(|(dimension, sums)| ((*dimension).clone(), amount(sums))).collect()
        };
        let (held, opened) = (parts(&|sums| sums.cost), parts(&|sums| -opening(sums)));
        let closed = parts(&|sums| -sums.closing);
        self.tie("inventory", "Inventory at cost", &[&cost], held, Balance::recorded);
        self.tie("inventory-reserve-opening", "Opening inventory reserve", &[&reserve], opened, Balance::recorded);
        self.tie("inventory-reserve-closing", "Closing inventory reserve", &[&reserve], closed, Balance::adjusted);
    }

    fn prepaid(&mut self) {
        let account = self.inputs.book.config.accounts.prepaid_advertising.clone();
        let mut recorded: Vec<Part> = Vec::new();
        let mut closing: Vec<Part> = Vec::new();
        for row in &self.inputs.schedules.prepaid {
            let (own, transfer) = (row.contract.dimension.clone(), row.transfer_dimension());
            let (before, to_date) = (row.earlier.transferred, row.measurement.transferred_to_date);
            recorded.extend([(own.clone(), row.recorded() - before), (transfer.clone(), before)]);
            closing.extend([(own, row.measurement.closing - to_date), (transfer, to_date)]);
        }
        self.tie("prepaid-advertising", "Prepaid advertising as recorded", &[&account], recorded, Balance::recorded);
        let description = "Prepaid advertising as adjusted";
        self.tie("prepaid-advertising-closing", description, &[&account], closing, Balance::adjusted);
    }

    fn assets(&mut self) {
        let accounts = &self.inputs.book.config.accounts;
        let (cost, depreciation) = (accounts.fixed_assets.clone(), accounts.accumulated_depreciation.clone());
        let rows = &self.inputs.schedules.assets;
        let cost_before = rows.iter().map(|row| (row.recorded_dimension(), row.asset.cost)).collect();
        let cost_after = rows.iter().map(|row| (row.adjusted_dimension(), row.asset.cost)).collect();
        let recorded = rows
            .iter()
            .map(|row| (row.recorded_dimension(), -(row.asset.accumulated_depreciation + row.earlier.written_down)));
        let recorded = recorded.collect();
        let adjusted = rows.iter().map(|row| (row.adjusted_dimension(), row.measurement.closing - row.asset.cost));
        let adjusted = adjusted.collect();
        self.tie("fixed-assets", "Fixed assets at cost as recorded", &[&cost], cost_before, Balance::recorded);
        self.tie("fixed-assets-closing", "Fixed assets at cost as adjusted", &[&cost], cost_after, Balance::adjusted);
        let description = "Accumulated depreciation as recorded";
        self.tie("accumulated-depreciation", description, &[&depreciation], recorded, Balance::recorded);
        let description = "Accumulated depreciation as adjusted";
        self.tie("accumulated-depreciation-closing", description, &[&depreciation], adjusted, Balance::adjusted);
    }

    fn obligations(&mut self) {
        let accounts = self.inputs.book.config.accounts.clone();
        let rows = &self.inputs.schedules.obligations;
        let part = |of: fn(&crate::schedules::ObligationRow) -> Money| -> Vec<Part> {
            rows.iter().map(|row| (row.obligation.dimension.clone(), of(row))).collect()
        };
        let recorded = part(|row| -row.measurement.carried);
        let current = part(|row| -row.measurement.current);
        let non_current = part(|row| -row.measurement.non_current);
        let deferred = part(|row| row.buyout.map_or(Money::ZERO, |buyout| buyout.deferred));
        let defers = rows.iter().any(|row| row.buyout.is_some());
        let both: [&str; 2] = [&accounts.obligations_current, &accounts.obligations_non_current];
        self.tie("obligations", "Obligations as recorded", &both, recorded, Balance::recorded);
        let description = "Current obligations as adjusted";
        self.tie("obligations-current", description, &[&accounts.obligations_current], current, Balance::adjusted);
        let account = &accounts.obligations_non_current;
        let description = "Non-current obligations as adjusted";
        self.tie("obligations-non-current", description, &[account], non_current, Balance::adjusted);
        if let (true, Some(account)) = (defers, &accounts.deferred_royalty) {
            let description = "Royalty buyout still deferred";
            self.tie("deferred-royalty", description, &[account], deferred, Balance::adjusted);
        }
    }

    /// The royalty expense of the days that owe it is what was accrued on them; and with what is adjusted it is the rate
    /// on the ledger's net sales.
    fn royalties(&mut self) {
        let adjustments = &self.inputs.schedules.adjustments;
        let mut found = Vec::new();
        for row in self.inputs.schedules.royalties.iter().filter(|row| row.period.is_some()) {
            let royalty = &row.royalty;
            let name = ItemName::from(royalty.id.as_str());
            let ids = |adjustment: &&crate::adjust::Adjustment| {
                adjustment.movement == crate::adjust::Movement::RunningRoyalty && adjustment.item == name
            };
            let adjusted: Money = adjustments.iter().filter(ids).map(|adjustment| adjustment.amount).sum();
            let description =
                format!("Royalty {}: expense as adjusted is {} of net sales", royalty.id, row.rate.normalize());
            found.push((format!("royalty:{}", royalty.id), description, row.required, row.recorded + adjusted));
            let description = format!("Royalty {}: expense as recorded is what was accrued", royalty.id);
            found.push((format!("royalty-accrued:{}", royalty.id), description, row.recorded, row.accrued));
        }
        for (id, description, expected, actual) in found {
            self.amounts(id, description, expected, actual);
        }
    }

    /// A subledger against its control accounts, in each dimension that either has.
    fn tie(&mut self, id: &str, description: &str, accounts: &[&str], parts: Vec<Part>, column: fn(&Balance) -> Money) {
        let mut both: BTreeMap<Dimension, (Money, Money)> = BTreeMap::new();
        for (dimension, amount) in parts {
            both.entry(dimension).or_insert((Money::ZERO, Money::ZERO)).0 += amount;
        }
        for ((account, dimension), balance) in &self.inputs.trial_balance.balances {
            if accounts.contains(&account.as_str()) {
                both.entry(dimension.clone()).or_insert((Money::ZERO, Money::ZERO)).1 += column(balance);
            }
        }
        for (dimension, (subledger, ledger)) in both {
            let description = format!("{description}: subledger and account {}, {dimension}", accounts.join("+"));
            let check = format!("tie:{id}:{dimension}");
            if WITHOUT_EARLIER_PACKS.contains(&id) {
                self.amounts(check, description, subledger, ledger);
            } else {
                self.against_ledger(&check, &description, Value::Amount(subledger), Value::Amount(ledger));
            }
        }
    }
}
