#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/metric_families.h"

namespace lvsd::api {

// A label as the store takes it; several are one behind the other. A value is text in UTF-8: bytes
// that are none become U+FFFD.
std::string label(std::string_view name, std::string_view value);

// The samples of a page of metrics, kept small until prometheus-cpp writes them out: a sample is
// 16 bytes here, a quarter of a kilobyte as the library wants it and about a hundred bytes on the
// page, and a state of ten is one sample here and ten there.
class MetricStore {
 public:
  // Where some labels are kept.
  using Labels = std::uint32_t;
  static constexpr Labels no_labels = 0;

  MetricStore();

  // Labels of a thing of its own.
  Labels keep(std::string_view labels);
  // Labels that many samples have: kept once.
  Labels share(std::string_view labels);
  // The words of which a sample has one: a label with each. At most 2^16 of them.
  Labels share_choice(std::string_view name, std::span<const std::string_view> words);

  // A sample with the labels of both.
  void add(Metric metric, Labels labels, Labels more, double value);
  // Of each word of a choice: 1 for the one, 0 for all others.
  void add_choice(Metric metric, Labels labels, Labels choice, std::optional<std::size_t> which);
  // How many values are in each range: one more than there are bounds, which must outlive this.
  void add_histogram(Metric metric, Labels labels, std::span<const double> bounds,
                     std::span<const std::uint64_t> counts, double sum);

  // Appends the next lines to `out`, until it has about `size` bytes; each family once, in their
  // order, and none that has no sample. False when there was nothing left. What is written is
  // given up.
  bool write(std::string& out, std::size_t size);

 private:
  enum class Kind : std::uint8_t { number, choice, histogram };
  struct Sample {
    double value;  // of a choice: which word; of a histogram: its place
    Labels labels;
    std::uint32_t more : 28;
    Kind kind : 4;

    Sample(double its_value, Labels its_labels, Labels its_more, Kind its_kind)
        : value(its_value), labels(its_labels), more(its_more & 0xfffffffU), kind(its_kind) {}
  };
  struct Histogram {
    std::span<const double> bounds;
    std::vector<std::uint64_t> counts;
    double sum;
  };
  class Slice;

  void push(Metric metric, const Sample& sample);
  std::string_view at(Labels labels) const { return places_[labels]; }
  void add_to(Slice& slice, const Sample& sample) const;

  std::vector<std::string> text_;        // of the labels; each is filled and never grows
  std::deque<std::string_view> places_;  // in it
  std::map<std::string, Labels, std::less<>> shared_;
  std::vector<std::vector<Labels>> choices_;
  std::vector<Histogram> histograms_;
  std::vector<std::deque<Sample>> samples_;  // beside metric_families()
  std::size_t family_ = 0;                   // that is written
  std::size_t next_ = 0;                     // of its samples
};

}  // namespace lvsd::api
