#include "api/metric_store.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "api/metrics.h"
#include "base/utf8.h"

namespace lvsd::api {

namespace {

constexpr std::size_t text_size = std::size_t{64} << 10;

// Behind a label's name and behind its value; neither can have one.
constexpr char end = '\0';

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
}

void append_utf8(std::string& out, std::string_view value) {
  while (!value.empty()) {
    const std::string_view before = value;
    const auto character = next_character(value);
    out += !character || *character == U'\0' ? replacement
                                             : before.substr(0, before.size() - value.size());
  }
}

std::string_view up_to_end(std::string_view& text) {
  const std::string_view found = text.substr(0, text.find(end));
  text.remove_prefix(found.size() + 1);
  return found;
}

prometheus::MetricType type(MetricKind kind) {
  switch (kind) {
    case MetricKind::gauge:
      return prometheus::MetricType::Gauge;
    case MetricKind::counter:
      return prometheus::MetricType::Counter;
    case MetricKind::histogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

}  // namespace

std::string label(std::string_view name, std::string_view value) {
  std::string out;
  out.reserve(name.size() + value.size() + 2);
  out += name;
  out += end;
  if (is_printable(value))
    out += value;
  else
    append_utf8(out, value);
  return out += end;
}

// Some of a family's samples, as the library writes them.
class MetricStore::Slice {
 public:
  // Of a whole page only some lines are ever kept in the library's form.
  static constexpr std::size_t lines = 64;

  explicit Slice(const MetricFamily& family) {
    its().name = family.name;
    its().help = family.help;
    its().type = type(family.kind);
    its().metric.reserve(lines);
  }

  bool is_full() const { return families_.front().metric.size() >= lines; }

  // A sample to fill in, which has these labels.
  prometheus::ClientMetric& add(std::string_view labels, std::string_view more) {
    prometheus::ClientMetric& metric = its().metric.emplace_back();
    metric.label.reserve(4);
    for (std::string_view text : {labels, more})
      while (!text.empty()) {
        auto& label = metric.label.emplace_back();
        label.name = up_to_end(text);
        label.value = up_to_end(text);
      }
    return metric;
  }

  void add(std::string_view labels, std::string_view more, double value) {
    prometheus::ClientMetric& metric = add(labels, more);
    const bool counts = its().type == prometheus::MetricType::Counter;
    (counts ? metric.counter.value : metric.gauge.value) = value;
  }

  // The library heads whatever it writes with the family's help, if there is one, and its type:
  // only the first slice of a family keeps that.
  std::string text(bool is_first) {
    if (!is_first) its().help.clear();
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    std::string all = std::move(out).str();
    return is_first ? all : all.substr(all.find('\n') + 1);
  }

 private:
  prometheus::MetricFamily& its() { return families_.front(); }

  std::vector<prometheus::MetricFamily> families_ =
      std::vector<prometheus::MetricFamily>(1);  // what the library takes: always one
};

MetricStore::MetricStore() : samples_(metric_count) {
  places_.emplace_back();
}

MetricStore::Labels MetricStore::keep(std::string_view labels) {
  if (text_.empty() || text_.back().capacity() - text_.back().size() < labels.size())
    text_.emplace_back().reserve(std::max(text_size, labels.size()));
  std::string& text = text_.back();
  const std::size_t begin = text.size();
  text += labels;
  places_.emplace_back(text.data() + begin, labels.size());
  return static_cast<Labels>(places_.size() - 1);
}

MetricStore::Labels MetricStore::share(std::string_view labels) {
  const auto known = shared_.find(labels);
  if (known != shared_.end()) return known->second;
  return shared_.emplace(labels, keep(labels)).first->second;
}

MetricStore::Labels MetricStore::share_choice(std::string_view name,
                                              std::span<const std::string_view> words) {
  auto& choice = choices_.emplace_back();
  for (const std::string_view word : words)
    choice.push_back(share(label(name, word)));
  return static_cast<Labels>(choices_.size() - 1);
}

void MetricStore::push(Metric metric, const Sample& sample) {
  samples_[static_cast<std::size_t>(metric)].push_back(sample);
}

void MetricStore::add(Metric metric, Labels labels, Labels more, double value) {
  push(metric, {value, labels, more, Kind::number});
}

void MetricStore::add_choice(Metric metric, Labels labels, Labels choice,
                             std::optional<std::size_t> which) {
  push(metric, {static_cast<double>(which.value_or(choices_[choice].size())), labels, choice,
                Kind::choice});
}

void MetricStore::add_histogram(Metric metric, Labels labels, std::span<const double> bounds,
                                std::span<const std::uint64_t> counts, double sum) {
  push(metric, {static_cast<double>(histograms_.size()), labels, no_labels, Kind::histogram});
  histograms_.push_back({bounds, {counts.begin(), counts.end()}, sum});
}

bool MetricStore::write(std::string& out, std::size_t size) {
  const std::size_t before = out.size();
  while (family_ < samples_.size() && out.size() < size) {
    auto& samples = samples_[family_];
    Slice slice(metric_families()[family_]);
    const bool is_first = next_ == 0;
    while (next_ < samples.size() && !slice.is_full())
      add_to(slice, samples[next_++]);
    if (!samples.empty()) out += slice.text(is_first);
    if (next_ < samples.size()) continue;
    std::deque<Sample>().swap(samples);
    next_ = 0;
    ++family_;
  }
  return out.size() != before;
}

void MetricStore::add_to(Slice& slice, const Sample& sample) const {
  const std::string_view labels = at(sample.labels);
  switch (sample.kind) {
    case Kind::number:
      slice.add(labels, at(sample.more), sample.value);
      return;
    case Kind::choice: {
      const auto& words = choices_[sample.more];
      for (std::size_t i = 0; i < words.size(); ++i)
        slice.add(labels, at(words[i]), static_cast<double>(i) == sample.value ? 1 : 0);
      return;
    }
    case Kind::histogram: {
      const Histogram& its = histograms_[static_cast<std::size_t>(sample.value)];
      auto& out = slice.add(labels, {}).histogram;
      for (std::size_t i = 0; i < its.counts.size(); ++i) {
        out.sample_count += its.counts[i];
        if (i < its.bounds.size()) out.bucket.push_back({out.sample_count, its.bounds[i]});
      }
      out.sample_sum = its.sum;
      return;
    }
  }
}

}  // namespace lvsd::api
