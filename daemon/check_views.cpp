#include "daemon/check_views.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/find.h"
#include "daemon/named_objects.h"
#include "health/observe.h"
#include "model/probe_text.h"

namespace lvsd {

namespace {

double seconds(auto span) {
  return std::chrono::duration<double>(span).count();
}

std::optional<double> phase(std::chrono::microseconds took) {
  return took.count() == 0 ? std::nullopt : std::optional(seconds(took));
}

std::string_view text(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::unknown:
      return "unknown";
  }
  return "";
}

api::CheckHistoryView check_view(const CheckBook::Entry& entry) {
  const CheckSettings& settings = *entry.check.settings;
  const bool paused = entry.pause != 0;
  return {.service = {},
          .server = {},
          .kind = std::string(keyword(settings.probe)),
          .target = lvsd::text(entry.check.target.endpoint),
          .requests = requests(settings.probe),
          .interval_seconds = seconds(settings.policy.delay_loop),
          .paused = paused,
          .servers = entry.users.size(),
          .state = paused ? "paused" : lvsd::text(standing(entry.health, settings.policy)),
          .results = {}};
}

api::CheckHistoryView history_view(const CheckBook::Entry& entry, const Clocks& clocks) {
  api::CheckHistoryView view = check_view(entry);
  for (std::size_t i = 0; i < entry.history.size(); ++i)
    view.results.push_back(past_result_view(entry.history.newest(i), clocks));
  return view;
}

}  // namespace

api::CheckResultView result_view(const PastResult& past, const Clocks& clocks) {
  return {.result = std::string(lvsd::text(past.result)),
          .code = past.code != 0 ? std::optional(past.code) : std::nullopt,
          .text = past.text,
          .duration_seconds = seconds(past.duration),
          .age_seconds = seconds(clocks.now - past.at)};
}

api::PastResultView past_result_view(const PastResult& past, const Clocks& clocks) {
  const auto age = clocks.now - past.at;
  return {
      .result = result_view(past, clocks),
      .verdict = std::string(text(verdict(past.result))),
      .at = api::Moment{clocks.wall.at - std::chrono::duration_cast<std::chrono::milliseconds>(age),
                        clocks.wall.offset},
      .phases_seconds = {.resolve = phase(past.phases.resolve),
                         .connect = phase(past.phases.connect),
                         .tls = phase(past.phases.tls),
                         .first_byte = phase(past.phases.first_byte)},
      .source = past.source ? std::optional(lvsd::text(*past.source)) : std::nullopt,
      .output = past.output};
}

std::variant<CheckedServer, api::Response> checked_server(const Config& config,
                                                          const api::Words& path) {
  const std::string& word = path.at("server");
  const auto service = named_service(config, path.at("service"));
  if (const auto* refusal = std::get_if<api::Response>(&service)) return *refusal;
  const VirtualServer& of = *std::get<const VirtualServer*>(service);
  const auto real = named_server(of, word);
  if (const auto* server = std::get_if<const RealServer*>(&real))
    return CheckedServer{id(of), id(**server), &(*server)->checks};
  const auto sorry = api::sorry_server(of, word);
  if (const auto* server = std::get_if<const SorryServer*>(&sorry))
    return CheckedServer{id(of), text((*server)->endpoint), &(*server)->checks};
  if (const RealServer* master = api::master_of_backup(of, word))
    return CheckedServer{id(of), id(*master->backup), &master->backup->checks};
  return std::get<api::Response>(real);
}

std::vector<api::CheckHistoryView> check_history_views(const CheckBook& book,
                                                       const std::vector<Check>& checks,
                                                       const Clocks& clocks) {
  std::vector<api::CheckHistoryView> views;
  for (const Check& check : checks)
    if (const auto id = book.id_of(check)) views.push_back(history_view(*book.find(*id), clocks));
  return views;
}

std::vector<api::CheckHistoryView> check_history_views(const CheckBook& book,
                                                       const CheckedServer& server,
                                                       const Clocks& clocks) {
  auto views = check_history_views(book, *server.checks, clocks);
  for (api::CheckHistoryView& view : views) {
    view.service = server.service;
    view.server = server.server;
  }
  return views;
}

namespace {

// A check for each of its urls; of any other kind itself.
std::vector<Check> single_runs(const Check& check) {
  const auto* http = std::get_if<HttpCheck>(&check.settings->probe);
  if (http == nullptr) return {check};
  std::vector<Check> runs;
  for (const HttpUrl& url : http->urls) {
    CheckSettings settings = *check.settings;
    std::get<HttpCheck>(settings.probe).urls = {url};
    runs.emplace_back(check).settings = std::make_shared<const CheckSettings>(std::move(settings));
  }
  return runs;
}

}  // namespace

std::vector<Trial> trials(const CheckBook& book, const CheckedServer& server) {
  std::vector<Trial> out;
  for (const Check& check : *server.checks) {
    const CheckBook::Entry* entry = book.find(check);
    if (entry == nullptr) continue;
    for (Check& run : single_runs(check)) {
      api::CheckHistoryView view = check_view(*entry);
      view.service = server.service;
      view.server = server.server;
      view.requests = requests(run.settings->probe);
      out.push_back({std::move(run), std::move(view)});
    }
  }
  return out;
}

}  // namespace lvsd
