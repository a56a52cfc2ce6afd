// Which overall B of a series of maps shows the most detail and connectivity: the choice among the
// trials of a scan (Terwilliger et al. 2018, sections 2.4 and 2.5), and whether it can be trusted.
//
// Trials are told by their overall B's (A^2, ascending) and, for each, a Detail or a score that is
// to be high. A least sharpened trial has the largest overall B.
#pragma once

#include <cstddef>
#include <vector>

#include "sharpem/scan.hpp"

namespace sharpem {

/// Overall B's to try, A^2: those of the paper.
struct SearchGrid {
  double b_min = -100;
  double b_max = 300;
  double b_step = 20;

  /// Ascending; the last may lie up to one step short of b_max.
  std::vector<double> values() const;
  /// A quarter of the step, at most 5 A^2, as far as 1.5 steps from `best`; values() left out.
  std::vector<double> finer_values(double best) const;
};

/// C of Eq. 6, the voxels of surface that one region outweighs: such that the first and the last
/// trial have the same adjusted surface area (section 2.4). NaN if they have as many regions.
double weight_by_ends(const std::vector<Detail>& trials);

/// The same, kept inside the window in which the adjusted surface area at `mid_b` exceeds that of
/// both ends, as in the published program: a tenth of the window away from its limits. If there is
/// no window, weight_by_ends(). Surface and regions at `mid_b` are interpolated.
double weight_in_window(const std::vector<double>& b, const std::vector<Detail>& trials,
                        double mid_b);

/// Surface area - C x regions (Eq. 6); without the regions where C is not finite.
std::vector<double> adjusted_surface_area(const std::vector<Detail>& trials, double weight);

/// How the maximum of a score is read. As published: it is at the best trial, and its noise is that
/// of all trials. Fitted: it is at the top of a parabola through the trials about that one, so that
/// no single trial decides; and where the score falls below the higher end for good, as it does
/// steeply when a map goes to pieces, that is no noise.
enum class Reading { published, fitted };

struct Peak {
  double b_iso = 0;            // A^2
  double signal_to_noise = 0;  // of the maximum over the ends (section 2.5)
  double noise = 0;            // rms of value - mean of both neighbours, over the grid
  double low = 0, high = 0;    // where the score lies within the noise of its maximum, A^2
  bool at_end = false;         // the best trial is the first or the last
};

/// The maximum of a score. `b` may hold trials between those of the grid; these do not count as
/// noise.
Peak find_peak(const std::vector<double>& b, const std::vector<double>& score,
               const SearchGrid& grid, Reading reading = Reading::fitted);

/// Top (A^2) of the parabola through the trials within `reach` of trial number `best`, not further
/// from it than that; the trial itself where there are fewer than four, or no maximum.
double parabola_top(const std::vector<double>& b, const std::vector<double>& score,
                    std::size_t best, double reach);

/// Whether the maximum can be trusted (section 2.5).
struct Applicability {
  bool above_ends = false;    // at mid_b the score is not below that of either end
  bool intermediate = false;  // the maximum is not at an end
  bool clear = false;         // signal to noise is high enough

  explicit operator bool() const { return above_ends && intermediate && clear; }
};

/// A `mid_b` outside the trials is not looked at.
Applicability applicability(const std::vector<double>& b, const std::vector<double>& score,
                            const Peak& peak, double mid_b = 50, double least_signal_to_noise = 3);

}  // namespace sharpem
