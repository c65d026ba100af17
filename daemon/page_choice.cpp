#include "daemon/page_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <tuple>
#include <utility>
#include <variant>

#include "api/find.h"
#include "api/words.h"
#include "daemon/metrics_samples.h"
#include "daemon/server_views.h"
#include "daemon/service_views.h"
#include "daemon/status_view.h"

namespace lvsd {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool has_all(const std::string& text, const std::vector<std::string>& words) {
  return std::all_of(words.begin(), words.end(), [&text](const std::string& word) {
    return text.find(word) != std::string::npos;
  });
}

std::uint64_t badness(std::string_view state) {
  return state == "DOWN" ? 0 : state == "DEGRADED" ? 1 : 2;
}

// The greatest first.
std::uint64_t rank_of(std::optional<std::uint64_t> amount) {
  return ~amount.value_or(0);
}

}  // namespace

// An expression has to compare something.
PageFilter::PageFilter(const std::string& text) {
  if (text.find_first_of("=<>~!") == std::string::npos) {
    std::istringstream words(lower(text));
    for (std::string word; words >> word;)
      words_.push_back(word);
    return;
  }
  const auto parsed = api::Filter::parse(text);
  const api::ServerView none{};
  if (!parsed)
    problem_ = parsed.error();
  else if (const auto unknown = parsed->unknown_field(api::fields_of(none)))
    problem_ = "there is no field '" + *unknown + "'";
  else
    expression_ = *parsed;
}

std::string PageFilter::text_of(const api::ServiceSummary& service) {
  return lower(service.service + " " + api::address_text(service) + " " + service.state);
}

bool PageFilter::holds(const std::string& service_text) const {
  return !expression_ && has_all(service_text, words_);
}

bool PageFilter::holds(const std::string& service_text, const api::ServerView& server) const {
  if (expression_) return expression_->holds(api::fields_of(server));
  const std::string its = lower(api::name_text(server) + " " + text(server.endpoint) + " " +
                                server.role + " " + api::state_text(server));
  return std::all_of(words_.begin(), words_.end(), [&](const std::string& word) {
    return service_text.find(word) != std::string::npos || its.find(word) != std::string::npos;
  });
}

PageChoice::PageChoice(api::PageQuery query) : query_(std::move(query)), filter_(query_.filter) {}

void PageChoice::note_attention(const Outlook& outlook, std::size_t index) {
  std::vector<api::AttentionView> found;
  add_attention(outlook, index, found);
  attention_ += found.size();
  for (api::AttentionView& entry : found) {
    auto& kept = entry.severity == "error" ? errors_ : warnings_;
    if (kept.size() < api::attention_shown) kept.push_back(std::move(entry));
  }
}

std::size_t PageChoice::look(const Outlook& outlook, std::size_t index) {
  const Config& config = outlook.pools.config();
  if (index == 0 && !query_.service.empty()) {
    const auto found = api::virtual_server(config, query_.service);
    if (const auto* service = std::get_if<const VirtualServer*>(&found))
      only_ = static_cast<std::size_t>(*service - config.virtual_servers.data());
    else if (const auto* none = std::get_if<api::NotFound>(&found))
      unknown_ = fmt::format("{}", fmt::join(none->near, ", "));
    is_unknown_ = !only_;
  }
  note_attention(outlook, index);
  const std::string state = service_state(outlook.pools.pool(index));
  ++(state == "DOWN" ? down_ : state == "DEGRADED" ? degraded_ : up_);
  const std::size_t servers = config.virtual_servers[index].real_servers.size();
  if (is_unknown_ || (only_ && *only_ != index)) return servers;

  const api::ServiceSummary summary = service_summary(outlook, index);
  const std::string words = filter_.is_all() ? "" : PageFilter::text_of(summary);
  if (!filter_.is_all() && !filter_.holds(words)) {
    const auto views = server_views(outlook, index, ViewDetail::listed);
    if (std::none_of(views.begin(), views.end(),
                     [&](const api::ServerView& server) { return filter_.holds(words, server); }))
      return 4 * servers;  // what making the views of them costs more
  }
  Candidate candidate{.index = index, .rank = index, .name = {}};
  switch (query_.order) {
    case api::PageOrder::file:
      break;
    case api::PageOrder::worst:
      candidate.rank = badness(state);
      break;
    case api::PageOrder::name:
      candidate.rank = 0;
      candidate.name = summary.service;
      break;
    case api::PageOrder::active:
      candidate.rank = rank_of(summary.connections.active);
      break;
    case api::PageOrder::rate:
      candidate.rank = rank_of(summary.rates.cps);
      break;
    case api::PageOrder::traffic:
      candidate.rank =
          rank_of(summary.rates.in_bps.value_or(0) + summary.rates.out_bps.value_or(0));
      break;
  }
  candidates_.push_back(std::move(candidate));
  return servers;
}

std::size_t PageChoice::last_page() const {
  const std::size_t size = api::page_size(query_);
  return std::max<std::size_t>(1, (candidates_.size() + size - 1) / size);
}

api::StatusPage PageChoice::page(const Outlook& outlook) const {
  api::StatusPage page{.head = head(outlook), .query = query_, .status = daemon_view(outlook)};
  page.query.page = std::min(query_.page, last_page());
  page.up = up_;
  page.degraded = degraded_;
  page.down = down_;
  page.found = candidates_.size();
  page.problem = filter_.problem();
  if (is_unknown_)
    page.problem = "there is no one service '" + query_.service + "'" +
                   (unknown_.empty() ? "" : "; there is " + unknown_);

  auto& attention = page.status.attention;
  attention = own_attention(outlook);
  page.attention = attention_ + attention.size();
  attention.insert(attention.end(), errors_.begin(), errors_.end());
  attention.insert(attention.end(), warnings_.begin(), warnings_.end());
  std::stable_partition(attention.begin(), attention.end(),
                        [](const api::AttentionView& entry) { return entry.severity == "error"; });
  if (attention.size() > api::attention_shown) attention.resize(api::attention_shown);
  // The overall state asks of services only whether there is one of a kind.
  if (degraded_ != 0) page.status.services.emplace_back().state = "DEGRADED";
  if (down_ != 0) page.status.services.emplace_back().state = "DOWN";
  page.status.state = api::overall_state(page.status);
  page.status.services.clear();
  return page;
}

std::vector<std::size_t> PageChoice::services() const {
  std::vector<const Candidate*> order;
  order.reserve(candidates_.size());
  for (const Candidate& candidate : candidates_)
    order.push_back(&candidate);
  std::sort(order.begin(), order.end(), [](const Candidate* a, const Candidate* b) {
    if (a->rank != b->rank) return a->rank < b->rank;
    return std::tie(a->name, a->index) < std::tie(b->name, b->index);
  });
  const std::size_t size = api::page_size(query_);
  const std::size_t begin = (std::min(query_.page, last_page()) - 1) * size;
  std::vector<std::size_t> indices;
  for (std::size_t i = begin; i < std::min(order.size(), begin + size); ++i)
    indices.push_back(order[i]->index);
  return indices;
}

api::ServiceSample PageChoice::service(const Outlook& outlook, const Totals& totals,
                                       std::size_t index) const {
  if (query_.brief) return {.view = service_view(outlook, index, false)};
  api::ServiceSample sample = service_sample(outlook, totals, index, ViewDetail::listed);
  if (filter_.is_all()) return sample;
  const std::string words = PageFilter::text_of(sample.view);
  if (!filter_.holds(words))
    std::erase_if(sample.servers, [&](const api::ServerSample& server) {
      return !filter_.holds(words, server.view);
    });
  return sample;
}

const std::vector<Check>* checks_of_row(const VirtualServer& service, const std::string& key) {
  const std::string begin = id(service) + "/";
  for (const RealServer& server : service.real_servers) {
    if (begin + id(server) == key) return &server.checks;
    if (server.backup && begin + id(*server.backup) + " backup" == key)
      return &server.backup->checks;
  }
  for (const SorryServer& server : service.sorry_servers)
    if (begin + text(server.endpoint) + " sorry" == key) return &server.checks;
  return nullptr;
}

}  // namespace lvsd
