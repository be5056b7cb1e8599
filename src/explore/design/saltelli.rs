//! The matrices from which first-order and total Sobol' indices are estimated.

use super::sobol;
use super::{Design, DesignError, Kind, check_size};

/// The design of Saltelli et al. ("Variance based sensitivity analysis of model output", 2010): two independent
/// matrices A and B of n rows, and for each input i the matrix A_B⁽ⁱ⁾, which is A with column i from B.
///
/// The points come row by row, k + 2 at a time: row j of A, of B, of A_B⁽¹⁾ to A_B⁽ᵏ⁾. So the first n/2 × (k + 2)
/// points are the design of n/2 rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Saltelli {
    design: Design,
    rows: usize,
}

impl Saltelli {
    /// All n × (k + 2) points, in the order above.
    pub fn design(&self) -> &Design {
        &self.design
    }

    /// The number n of rows of each matrix.
    pub fn rows(&self) -> usize {
        self.rows
    }
}

/// The matrices of `rows` (a power of two up to 65,536) rows for `inputs` inputs. A is the first half of the
/// columns of a scrambled Sobol' sequence in 2 × `inputs` dimensions, B the second.
///
/// # Errors
///
/// If the number of rows is not such a power of two, or there are no inputs or too many coordinates.
pub fn saltelli(inputs: usize, rows: usize, seed: u64) -> Result<Saltelli, DesignError> {
    sobol::check_power_of_two(rows)?;
    check_size(inputs, rows.saturating_mul(inputs.saturating_add(2)))?;
    let mut points = Vec::with_capacity(rows * (inputs + 2));
    for both in sobol::sequence(2 * inputs, rows, seed)? {
        let (a, b) = both.split_at(inputs);
        points.extend([a.to_vec(), b.to_vec()]);
        points.extend((0..inputs).map(|input| {
            let mut mixed = a.to_vec();
            mixed[input] = b[input];
            mixed
        }));
    }
    Ok(Saltelli { design: Design::new(Kind::Saltelli, inputs, points), rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mixed_row_is_that_of_a_with_one_column_from_b() {
        let made = saltelli(3, 8, 1).unwrap();
        for block in made.design().points().chunks(5) {
            let (a, b) = (&block[0], &block[1]);
            assert_ne!(a, b);
            assert_eq!(block[2], [b[0], a[1], a[2]]);
            assert_eq!(block[3], [a[0], b[1], a[2]]);
            assert_eq!(block[4], [a[0], a[1], b[2]]);
        }
        assert_eq!((made.rows(), made.design().points().len()), (8, 40));
    }

    #[test]
    fn half_the_rows_are_the_first_half_of_the_points() {
        let (half, whole) = (saltelli(2, 8, 1).unwrap(), saltelli(2, 16, 1).unwrap());
        assert_eq!(half.design().points(), &whole.design().points()[..32]);
    }
}
