#pragma once

#include <concepts>
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

// The samples of a page of metrics, kept small until they are written out: a sample is 16 bytes
// here and about a hundred on the page, and a state of ten is one sample here and ten there.
class MetricStore {
 public:
  // Where some labels are kept: `service="web",server="web01"`.
  using Labels = std::uint32_t;
  static constexpr Labels no_labels = 0;

  MetricStore();

  // Labels of a thing of its own.
  Labels keep(std::string_view labels);
  // Labels that many samples have: kept once.
  Labels share(std::string_view labels);
  // The words of which a sample has one: `state="ACTIVE"`, `state="DOWN"`… At most 2^16 of them.
  Labels share_choice(std::string_view name, std::span<const std::string_view> words);

  // A sample with the labels of both.
  template <std::integral Value>
  void add(Metric metric, Labels labels, Labels more, Value value) {
    const Kind kind = std::signed_integral<Value> ? Kind::whole : Kind::natural;
    push(metric, {static_cast<std::uint64_t>(value), labels, more, kind});
  }
  void add(Metric metric, Labels labels, Labels more, double value);
  // Of each word of a choice: 1 for the one, 0 for all others.
  void add_choice(Metric metric, Labels labels, Labels choice, std::optional<std::size_t> which);
  // Parts of a histogram.
  void add_bucket(Metric metric, Labels labels, Labels bound, std::uint64_t count);
  void add_sum(Metric metric, Labels labels, double sum);
  void add_count(Metric metric, Labels labels, std::uint64_t count);

  // Appends the next lines to `out`, until it has about `size` bytes; each family once, in their
  // order, and none that has no sample. False when there was nothing left. What is written is
  // given up.
  bool write(std::string& out, std::size_t size);

 private:
  enum class Kind : std::uint8_t { natural, whole, real, choice, bucket, sum, count };
  struct Sample {
    std::uint64_t value;
    Labels labels;
    std::uint32_t more : 28;
    Kind kind : 4;

    Sample(std::uint64_t its_value, Labels its_labels, Labels its_more, Kind its_kind)
        : value(its_value), labels(its_labels), more(its_more & 0xfffffffU), kind(its_kind) {}
  };

  void push(Metric metric, const Sample& sample);
  std::string_view at(Labels labels) const { return places_[labels]; }
  void write_sample(std::string& out, std::string_view name, const Sample& sample) const;
  void write_line(std::string& out, std::string_view name, std::string_view suffix, Labels labels,
                  Labels more) const;

  std::vector<std::string> text_;        // of the labels; each is filled and never grows
  std::deque<std::string_view> places_;  // in it
  std::map<std::string, Labels, std::less<>> shared_;
  std::vector<std::vector<Labels>> choices_;
  std::vector<std::deque<Sample>> samples_;  // beside metric_families()
  std::size_t family_ = 0;                   // that is written
  std::size_t next_ = 0;                     // of its samples
};

}  // namespace lvsd::api
