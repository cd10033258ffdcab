//! Fixed assets: each component's earlier decision, and the register measured as a whole.

use super::AssetRow;
use crate::adjust::fixed_assets::{self, DecisionFault, Earlier, Input};
use crate::book::Book;
use crate::diagnostics::{Code, Faults};
use crate::domain::Quarter;
use crate::ingest::prior_pack::PriorPack;
use crate::records::FixedAsset;

pub(super) fn measure(
    book: &Book,
    quarter: &Quarter,
    register: &[FixedAsset],
    prior: Option<&PriorPack>,
    faults: &mut Faults,
) -> Vec<AssetRow> {
    let policies = &book.config.policies;
    let end = quarter.end;
    let earlier = |asset: &FixedAsset| prior.and_then(|pack| pack.assets.get(&asset.key())).copied();
    let mut register: Vec<(FixedAsset, Earlier)> = register
        .iter()
        .map(|asset| (asset, earlier(asset).unwrap_or(Earlier::NOTHING)))
        .map(|(asset, earlier)| (ordinary(asset, earlier, policies.subledger_shows_write_downs, faults), earlier))
        .collect();
    register.sort_by_key(|(asset, _)| asset.key());
    let inputs: Vec<Input<'_>> = register.iter().map(|(asset, earlier)| Input { asset, earlier: *earlier }).collect();
    for input in &inputs {
        if let Err(found) = fixed_assets::check(input, end) {
            decision_fault(input.asset, found, faults);
        }
    }
    if !faults.is_empty() {
        return Vec::new();
    }
    let measured = fixed_assets::measure_register(&inputs, policies.basis, end);
    register
        .into_iter()
        .zip(measured)
        .map(|((asset, earlier), measurement)| {
            let decided = asset.disposition.decided().filter(|day| *day <= end);
            AssetRow { asset, earlier, decided, measurement }
        })
        .collect()
}

/// The asset with its ordinary depreciation alone: what a register shows of earlier write-downs is taken off.
fn ordinary(asset: &FixedAsset, earlier: Earlier, shows: bool, faults: &mut Faults) -> FixedAsset {
    let mut asset = asset.clone();
    if shows {
        let shown = asset.accumulated_depreciation;
        asset.accumulated_depreciation = shown - earlier.written_down;
        if asset.accumulated_depreciation.is_negative() {
            let mut place = asset.origin.clone();
            place.field = "accumulated_depreciation".to_owned();
            let message = "the register shows less than earlier packs wrote down";
            let expected = format!("at least {}", earlier.written_down);
            let help = "post the earlier packs' entries to the register, or set subledger_shows_write_downs = false";
            faults.add(Code::RuleInput, place, message, &shown.to_string(), &expected, help);
        }
    }
    asset
}

fn decision_fault(asset: &FixedAsset, found: DecisionFault, faults: &mut Faults) {
    let mut place = asset.origin.clone();
    place.field = "decision_date".to_owned();
    let (message, earlier, help) = match found {
        DecisionFault::Removed { earlier } => (
            "an earlier pack measured the asset under a decision, and the row has none that counts",
            earlier,
            "keep the decision as long as the asset is in the register, or give the new decision its date",
        ),
        DecisionFault::Earlier { earlier } => (
            "the decision is before the one that an earlier pack measured",
            earlier,
            "give a new decision its own, later date",
        ),
        DecisionFault::AlreadyMeasured { earlier } => (
            "a component that was measured under another decision cannot become one that is reused, nor the other way",
            earlier,
            "move the component in the register itself, under its new brand",
        ),
    };
    let value = asset.disposition.decided().map(|day| day.to_string()).unwrap_or_default();
    let expected = format!("a decision that goes on from the one of {earlier}");
    faults.add(Code::RuleInput, place, message, &value, &expected, help);
}
