// What the API answers of configurations: the one in force, and those that might be.

#include <fmt/format.h>

#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <string_view>
#include <utility>

#include "config/changes.h"
#include "daemon/config_file.h"
#include "daemon/config_views.h"
#include "daemon/daemon.h"
#include "daemon/override_views.h"
#include "daemon/wall_clock.h"
#include "plan/controls.h"
#include "plan/diff.h"
#include "plan/timeouts.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

// The value of a word of the query, or the first of what it may be.
Result<std::string> chosen(const api::Call& call, std::string_view name,
                           std::initializer_list<std::string_view> choices) {
  const auto found = call.query.find(name);
  if (found == call.query.end()) return std::string(*choices.begin());
  std::string allowed;
  for (const std::string_view choice : choices) {
    if (found->second == choice) return found->second;
    allowed += (allowed.empty() ? "'" : ", '") + std::string(choice) + "'";
  }
  return Error{{}, fmt::format("{} is one of {}", name, allowed)};
}

struct ShowRequest {
  Detail detail = Detail::changed;
  ShownAs as = ShownAs::entries;
  bool origin = false;
};

Result<ShowRequest> show_request(const api::Call& call) {
  const auto detail = chosen(call, "detail", {"changed", "effective"});
  if (!detail) return detail.error();
  const auto as = chosen(call, "as", {"entries", "text"});
  if (!as) return as.error();
  const auto origin = chosen(call, "origin", {"no", "yes"});
  if (!origin) return origin.error();
  return ShowRequest{*detail == "effective" ? Detail::effective : Detail::changed,
                     *as == "text" ? ShownAs::text : ShownAs::entries, *origin == "yes"};
}

// The name of a configuration that came as a body: what the client calls it.
std::string name_of_body(const api::Call& call) {
  const auto named = call.query.find("file");
  return named == call.query.end() ? "request" : named->second;
}

// Of a text that came over the API nothing leads to our disk: who may write need not be who may
// read every file that lvsd can read.
Files only(const std::string& name, const std::string& text) {
  const Error no_include{std::make_error_code(std::errc::operation_not_permitted),
                         "a configuration in a request includes no files"};
  return Files{.read = [name, text, no_include](const std::string& path) -> Result<std::string> {
                 if (path == name) return text;
                 return no_include;
               },
               .glob = [no_include](const std::string&) -> Result<std::vector<std::string>> {
                 return no_include;
               }};
}

}  // namespace

asio::awaitable<api::Response> Daemon::answer_config(api::Call call) {
  const auto request = show_request(call);
  if (!request) co_return api::response(api::bad_request(request.error().context));
  const api::Head head{wall_clock(), generation_};
  // A copy, because a reload can come in between.
  Config config = pools_.config();
  std::optional<Origins> origins;
  if (request->origin) {
    // Where values are from is not kept; the files tell it for as long as they say the same.
    Loaded again = co_await loaded_config(true);
    if (!again.config || !(*again.config == config))
      co_return api::response(
          api::refused("the files have changed since they were loaded, so where the values are "
                       "from is not known any more; 'lvsctl config diff' shows the change"));
    config = std::move(*again.config);
    origins = std::move(again.origins);
  }
  if (!api::may_see_secrets(call.peer, writers_)) config = without_secrets(std::move(config));
  auto show = [head, request = *request, config = std::move(config), origins = std::move(origins)] {
    return api::response(
        head, config_view(config, request.detail, request.as, origins ? &*origins : nullptr));
  };
  co_return co_await files_.run(std::move(show));
}

// The configuration of the body; without one, of our own file.
asio::awaitable<Loaded> Daemon::loaded_of(const api::Call& call) {
  if (call.body.empty()) co_return co_await loaded_config();
  auto load_it = [name = name_of_body(call), body = call.body, config_id = options_.config_id] {
    LoadOptions options = machine_options();
    options.lenient = false;
    options.environment = nullptr;  // ours is not for everyone to read
    if (!config_id.empty()) options.config_id = config_id;
    return load(name, only(name, body), options);
  };
  co_return co_await files_.run(std::move(load_it));
}

asio::awaitable<api::Response> Daemon::answer_config_check(api::Call call) {
  const Loaded loaded = co_await loaded_of(call);
  const std::string file = call.body.empty() ? options_.config_file : name_of_body(call);
  co_return api::response(api::Head{wall_clock(), generation_}, check_view(file, loaded));
}

asio::awaitable<Result<Daemon::ReloadPlan>> Daemon::plan_of(const Config& config) {
  const auto snapshot = co_await reconciler_.snapshot(Duration::zero());
  if (!snapshot) co_return snapshot.error();
  auto plan_it = [found = *snapshot, config, owned = reconciler_.owned(), next = pools_]() mutable {
    const WishNames wished = wish_names(next);
    Table actual = table_of(*found);
    const Services touched = next.take(config, actual, std::chrono::steady_clock::now());
    owned.merge(next.services());
    std::erase_if(actual, [&](const auto& entry) { return !touched.contains(entry.first); });
    return ReloadPlan{diff(actual, next.wanted(touched), owned), dropped(wished, wish_names(next))};
  };
  co_return co_await files_.run(std::move(plan_it));
}

// And beside its table.
asio::awaitable<Result<ControlPlan>> Daemon::control_plan_of(GlobalSettings settings) {
  const WantedControls wanted = wanted_controls(settings, reconciler_.controls().owned());
  if (is_empty(wanted)) co_return ControlPlan{};
  const auto actual = co_await kernel_.controls();
  if (!actual) co_return actual.error();
  co_return diff(*actual, wanted);
}

asio::awaitable<api::Response> Daemon::answer_config_diff(api::Call call) {
  std::string file = call.body.empty() ? options_.config_file : name_of_body(call);
  Loaded loaded;
  if (const auto word = call.query.find("generation"); word != call.query.end()) {
    const auto past = co_await named_past(word->second);
    if (const auto* refusal = std::get_if<api::Response>(&past)) co_return *refusal;
    loaded = std::get<Recorded>(past).loaded;
    file = "generation " + word->second;
  } else {
    loaded = co_await loaded_of(call);
  }
  if (!loaded.config)
    co_return api::response(
        api::config_invalid(file, diagnostic_views(without_notes(loaded.diagnostics))));
  auto compare = [running = pools_.shared_config(), next = *loaded.config] {
    return change_views(changes(*running, next));
  };
  // No co_await among initialisers: g++ 12 destroys what it has initialised twice.
  api::ConfigDiffView view;
  view.file = file;
  view.changes = co_await files_.run(std::move(compare));
  view.diagnostics = diagnostic_views(without_notes(loaded.diagnostics));
  const auto plan = co_await plan_of(*loaded.config);
  if (!plan) co_return api::response(api::unavailable(text(plan.error())));
  for (const Op& op : plan->plan)
    view.operations.push_back(text(op));
  view.dropped = plan->dropped;
  GlobalSettings global = loaded.config->global;
  const TimeoutOverrides left = reloaded(timeout_wishes_, global.timeouts);
  for (const auto& [kind, wish] : timeout_wishes_)
    if (!left.contains(kind)) view.dropped.push_back("timeouts " + std::string(text(kind)));
  global.timeouts = wanted_timeouts(global.timeouts, left);
  const auto control_plan = co_await control_plan_of(std::move(global));
  if (!control_plan) co_return api::response(api::unavailable(text(control_plan.error())));
  for (const ControlOp& op : *control_plan)
    view.operations.push_back(text(op));
  co_return api::response(api::Head{wall_clock(), generation_}, view);
}

}  // namespace lvsd
