#include "test/bench/samples.h"

#include <fmt/format.h>

#include <algorithm>

namespace lvsd::bench {

double Samples::median() const {
  std::vector<double> sorted = values_;
  std::ranges::sort(sorted);
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

double Samples::least() const {
  return *std::ranges::min_element(values_);
}

double Samples::most() const {
  return *std::ranges::max_element(values_);
}

namespace {

std::string number(double value) {
  return fmt::format("{:.{}f}", value, value < 100 ? 1 : 0);
}

}  // namespace

std::string text(const Samples& samples) {
  if (samples.empty()) return "-";
  return fmt::format("{} ({} to {})", number(samples.median()), number(samples.least()),
                     number(samples.most()));
}

std::string ratio(const Samples& of, const Samples& other) {
  if (of.empty() || other.empty() || other.median() == 0) return "-";
  return fmt::format("{:.2f}x", of.median() / other.median());
}

}  // namespace lvsd::bench
