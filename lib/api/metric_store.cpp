#include "api/metric_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "api/metrics.h"

namespace lvsd::api {

namespace {

constexpr std::size_t text_size = std::size_t{64} << 10;

void append(std::string& out, std::integral auto value) {
  const fmt::format_int text(value);
  out.append(text.data(), text.size());
}

void append(std::string& out, double value) {
  out += fmt::format("{}", value);
}

void append_header(std::string& out, const MetricFamily& family) {
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", family.name, family.help, family.name,
                     text(family.kind));
}

}  // namespace

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
  push(metric, {std::bit_cast<std::uint64_t>(value), labels, more, Kind::real});
}

void MetricStore::add_choice(Metric metric, Labels labels, Labels choice,
                             std::optional<std::size_t> which) {
  push(metric, {which.value_or(choices_[choice].size()), labels, choice, Kind::choice});
}

void MetricStore::add_bucket(Metric metric, Labels labels, Labels bound, std::uint64_t count) {
  push(metric, {count, labels, bound, Kind::bucket});
}

void MetricStore::add_sum(Metric metric, Labels labels, double sum) {
  push(metric, {std::bit_cast<std::uint64_t>(sum), labels, no_labels, Kind::sum});
}

void MetricStore::add_count(Metric metric, Labels labels, std::uint64_t count) {
  push(metric, {count, labels, no_labels, Kind::count});
}

bool MetricStore::write(std::string& out, std::size_t size) {
  const std::size_t before = out.size();
  while (family_ < samples_.size() && out.size() < size) {
    auto& samples = samples_[family_];
    const MetricFamily& family = metric_families()[family_];
    if (next_ == 0 && !samples.empty()) append_header(out, family);
    while (next_ < samples.size()) {
      write_sample(out, family.name, samples[next_++]);
      if (out.size() >= size) break;
    }
    if (next_ < samples.size()) break;
    std::deque<Sample>().swap(samples);
    next_ = 0;
    ++family_;
  }
  return out.size() != before;
}

void MetricStore::write_line(std::string& out, std::string_view name, std::string_view suffix,
                             Labels labels, Labels more) const {
  out += name;
  out += suffix;
  if (labels != no_labels || more != no_labels) {
    out += '{';
    out += at(labels);
    if (labels != no_labels && more != no_labels) out += ',';
    out += at(more);
    out += '}';
  }
  out += ' ';
}

void MetricStore::write_sample(std::string& out, std::string_view name,
                               const Sample& sample) const {
  if (sample.kind == Kind::choice) {
    const auto& words = choices_[sample.more];
    for (std::size_t i = 0; i < words.size(); ++i) {
      write_line(out, name, {}, sample.labels, words[i]);
      out += i == sample.value ? "1\n" : "0\n";
    }
    return;
  }
  const std::string_view suffix = sample.kind == Kind::bucket  ? "_bucket"
                                  : sample.kind == Kind::sum   ? "_sum"
                                  : sample.kind == Kind::count ? "_count"
                                                               : "";
  write_line(out, name, suffix, sample.labels, sample.more);
  if (sample.kind == Kind::real || sample.kind == Kind::sum)
    append(out, std::bit_cast<double>(sample.value));
  else if (sample.kind == Kind::whole)
    append(out, static_cast<std::int64_t>(sample.value));
  else
    append(out, sample.value);
  out += '\n';
}

}  // namespace lvsd::api
