//! Shares an amount over items so that the parts add up to the cent.

use ethnum::I256;

use super::Money;

/// Shares an amount by weight, in cents by largest remainder, no part above its own limit; what a limit holds back
/// goes to the others. Parts stand in the order of the weights, and equal remainders are served in that order.
///
/// Weights and limits are zero or more. Where nothing that is open has a weight, and so nothing has been given to it,
/// the limits are the weights. What no limit leaves room for is not given out.
#[must_use]
pub fn allocate(amount: Money, weights: &[Money], limits: &[Money]) -> Vec<Money> {
    let mut shares = vec![Money::ZERO; weights.len()];
    let mut left = amount;
    loop {
        let open: Vec<usize> = (0..weights.len()).filter(|at| shares[*at] < limits[*at]).collect();
        if left.is_zero() || open.is_empty() {
            return shares;
        }
        let weighs = open.iter().any(|at| !weights[*at].is_zero());
        for (at, part) in largest_remainder(left.cents(), &open, if weighs { weights } else { limits }) {
            let taken = Money::from_cents(part).min(limits[at] - shares[at]);
            shares[at] += taken;
            left -= taken;
        }
    }
}

fn largest_remainder(cents: i128, open: &[usize], weights: &[Money]) -> Vec<(usize, i128)> {
    // The product of two large amounts has more than 128 bits.
    let weight = I256::new(open.iter().map(|at| weights[*at].cents()).sum());
    let product = |at: usize| I256::new(cents) * I256::new(weights[at].cents());
    let mut parts: Vec<(usize, i128)> = open.iter().map(|at| (*at, (product(*at) / weight).as_i128())).collect();
    let given: i128 = parts.iter().map(|(_, part)| part).sum();
    let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
    by_remainder.sort_by_key(|at| (std::cmp::Reverse(product(parts[*at].0) % weight), *at));
    for at in by_remainder.into_iter().take(usize::try_from(cents - given).unwrap_or(0)) {
        parts[at].1 += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(values: &[i128]) -> Vec<Money> {
        values.iter().copied().map(Money::from_cents).collect()
    }

    #[test]
    fn parts_add_up_to_the_cent() {
        let shares = allocate(Money::from_cents(100), &cents(&[1, 1, 1]), &cents(&[100, 100, 100]));
        assert_eq!(shares, cents(&[34, 33, 33]));
    }

    #[test]
    fn the_largest_remainder_is_served_first() {
        // 10 * 1/6, 2/6 and 3/6 are 1.67, 3.33 and 5: the odd cent goes to the first.
        let shares = allocate(Money::from_cents(10), &cents(&[1, 2, 3]), &cents(&[100, 100, 100]));
        assert_eq!(shares, cents(&[2, 3, 5]));
        // 10 * 2/7, 2/7 and 3/7 are 2.86, 2.86 and 4.29.
        let shares = allocate(Money::from_cents(10), &cents(&[2, 2, 3]), &cents(&[100, 100, 100]));
        assert_eq!(shares, cents(&[3, 3, 4]));
    }

    #[test]
    fn what_a_limit_holds_back_goes_to_the_others() {
        let limited = allocate(Money::from_cents(100), &cents(&[1, 1, 1]), &cents(&[10, 100, 100]));
        assert_eq!(limited, cents(&[10, 45, 45]));
        let all_full = allocate(Money::from_cents(100), &cents(&[1, 1]), &cents(&[10, 20]));
        assert_eq!(all_full, cents(&[10, 20]));
    }

    #[test]
    fn what_has_no_weight_is_shared_by_its_room() {
        assert_eq!(allocate(Money::from_cents(90), &cents(&[0, 0]), &cents(&[40, 80])), cents(&[30, 60]));
        let after_the_first = allocate(Money::from_cents(90), &cents(&[5, 0]), &cents(&[40, 80]));
        assert_eq!(after_the_first, cents(&[40, 50]));
    }

    #[test]
    fn nothing_is_shared_over_nothing() {
        assert_eq!(allocate(Money::from_cents(100), &cents(&[1, 0]), &cents(&[0, 0])), cents(&[0, 0]));
        assert_eq!(allocate(Money::from_cents(100), &[], &[]), cents(&[]));
        assert_eq!(allocate(Money::ZERO, &cents(&[1, 1]), &cents(&[50, 50])), cents(&[0, 0]));
    }

    /// 7 * 3/10, 3/10 and 4/10 are 2.1, 2.1 and 2.8: one odd cent, and it is not the first's.
    #[test]
    fn an_odd_cent_goes_where_most_of_it_was_lost() {
        assert_eq!(allocate(Money::from_cents(7), &cents(&[3, 3, 4]), &cents(&[9, 9, 9])), cents(&[2, 2, 3]));
        // Two odd cents of 10 * 1/4, 1/4, 1/4 and 1/4: the first two of those that agree.
        assert_eq!(allocate(Money::from_cents(10), &cents(&[1; 4]), &cents(&[9; 4])), cents(&[3, 3, 2, 2]));
    }

    /// The first round fills the first to its limit of 10 and the second to 30; what is left goes to the third.
    #[test]
    fn a_limit_that_is_reached_in_the_second_round_holds_as_well() {
        let shares = allocate(Money::from_cents(100), &cents(&[2, 1, 1]), &cents(&[10, 30, 90]));
        assert_eq!(shares, cents(&[10, 30, 60]));
    }

    #[test]
    fn the_largest_amounts_are_shared_exactly() {
        let most = 99_999_999_999_999_999_999_999;
        let shares = allocate(Money::from_cents(most), &cents(&[most, most]), &cents(&[most, most]));
        assert_eq!(shares, cents(&[50_000_000_000_000_000_000_000, 49_999_999_999_999_999_999_999]));
    }
}
