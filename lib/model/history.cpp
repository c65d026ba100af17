#include "model/history.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace lvsd {

namespace {

using std::chrono::microseconds;

// An hour and more of them fits; what takes longer is shown as that.
std::uint32_t count(microseconds span) {
  constexpr microseconds::rep largest = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<microseconds::rep>(span.count(), 0, largest));
}

}  // namespace

void CheckHistory::add(const Observation& seen) {
  const Phases& phases = seen.phases;
  Kept kept{.at = seen.at,
            .microseconds = {count(seen.duration), count(phases.resolve), count(phases.connect),
                             count(phases.tls), count(phases.first_byte)},
            .result = seen.result,
            .code = seen.code,
            .words = nullptr};
  if (!seen.text.empty() || seen.source || !seen.output.empty()) {
    Words words{seen.text, seen.source, seen.output};
    const auto& before = newest_words();
    kept.words =
        before && *before == words ? before : std::make_shared<const Words>(std::move(words));
  }
  if (results_.size() == most) {
    results_[oldest_] = std::move(kept);
    oldest_ = (oldest_ + 1) % most;
    return;
  }
  if (results_.size() == results_.capacity())
    results_.reserve(std::min(most, 2 * results_.size() + 1));
  results_.push_back(std::move(kept));
}

const CheckHistory::SharedWords& CheckHistory::newest_words() const {
  static const SharedWords none;
  if (results_.empty()) return none;
  return results_[(oldest_ + results_.size() - 1) % results_.size()].words;
}

PastResult CheckHistory::newest(std::size_t i) const {
  const Kept& kept = results_[(oldest_ + results_.size() - 1 - i) % results_.size()];
  const auto span = [&kept](std::size_t which) { return microseconds(kept.microseconds[which]); };
  PastResult past{
      .result = kept.result,
      .code = kept.code,
      .duration = span(0),
      .at = kept.at,
      .phases = {.resolve = span(1), .connect = span(2), .tls = span(3), .first_byte = span(4)},
      .text = {},
      .source = {},
      .output = {}};
  if (kept.words != nullptr) {
    past.text = kept.words->text;
    past.source = kept.words->source;
    past.output = kept.words->output;
  }
  return past;
}

}  // namespace lvsd
