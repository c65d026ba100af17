// What operators ask of servers at run time: Daemon's side of drain, disable, weight and so on.

#include <fmt/format.h>
#include <pwd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <utility>

#include "api/find.h"
#include "base/parse_number.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/named_objects.h"
#include "daemon/override_views.h"
#include "daemon/wall_clock.h"
#include "daemon/wish_text.h"
#include "plan/diff.h"
#include "plan/overrides.h"
#include "plan/tuning.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

using api::Action;

// The name may come from far away, so this is for another thread.
std::string user_name(uid_t uid) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? fmt::format("uid {}", uid) : std::string(found->pw_name);
}

// "192.0.2.7" of "192.0.2.7:40112".
std::string host_of(const std::string& endpoint) {
  const auto parsed = parse_endpoint(endpoint);
  return parsed ? text(parsed->address) : endpoint;
}

// What a wish is about: a virtual server, one of its real servers, or that one's backup.
struct Target {
  std::size_t pool = 0;
  std::uint32_t server = 0;
  bool backup = false;
};

// Why a server that is no real server cannot be wished that; nothing: it can, or there is none.
std::optional<std::string> wrong_kind(const VirtualServer& service, const RealServer* master,
                                      const std::string& word, Action action) {
  const auto sorry = api::sorry_server(service, word);
  if (master == nullptr && std::holds_alternative<const SorryServer*>(sorry))
    return fmt::format(
        "{} is a sorry server of {}: it serves while quorum is lost and takes no wishes; its "
        "checks or the file take it out",
        word, id(service));
  const bool is_of_master = action == Action::set_weight || action == Action::set_max_connections ||
                            action == Action::failback;
  if (master == nullptr || !is_of_master) return std::nullopt;
  const std::string_view what = action == Action::set_weight ? "has the weight of its master"
                                : action == Action::failback ? "gives way to its master"
                                                             : "has no limit of its own";
  return fmt::format("{} is the backup of {}/{} and {}: name that one", word, id(service),
                     id(*master), what);
}

std::variant<Target, api::Response> target_of(const Config& config, const api::Call& call) {
  const std::string& service_word = call.path.at("service");
  const auto service = named_service(config, service_word);
  if (const auto* refusal = std::get_if<api::Response>(&service)) return *refusal;
  const VirtualServer& found = *std::get<const VirtualServer*>(service);
  Target target{.pool = static_cast<std::size_t>(&found - config.virtual_servers.data())};
  if (!call.path.contains("server")) return target;
  const std::string& word = call.path.at("server");
  const auto server = named_server(found, word);
  const RealServer* real = nullptr;
  if (const auto* named = std::get_if<const RealServer*>(&server)) {
    real = *named;
  } else {
    real = api::master_of_backup(found, word);
    target.backup = real != nullptr;
    if (const auto why = wrong_kind(found, real, word, call.action))
      return api::response(api::refused(*why));
    if (real == nullptr) return std::get<api::Response>(server);
  }
  target.server = static_cast<std::uint32_t>(real - found.real_servers.data());
  return target;
}

// What the query says beside the reason; a bad word is the caller's mistake.
struct Numbers {
  std::optional<std::uint32_t> value;
  std::uint32_t limit_seconds = 0;
  std::uint32_t for_seconds = 0;
  Emptiness until = Emptiness::usual;
  Returning returning = Returning::usual;
};

std::optional<Numbers> numbers_of(const api::Call& call) {
  Numbers numbers;
  for (const auto& [name, text] : call.query) {
    if (name == "until") {
      const auto until = parse_emptiness(text);
      if (!until) return std::nullopt;
      numbers.until = *until;
    }
    if (name == "returning") {
      const auto returning = parse_returning(text);
      if (!returning) return std::nullopt;
      numbers.returning = *returning;
    }
    if (name != "value" && name != "limit_seconds" && name != "for_seconds") continue;
    if (name == "value" && call.action == Action::set_scheduler) continue;  // a word
    const auto number = parse_number<std::uint32_t>(text);
    if (!number || *number > 2147483647) return std::nullopt;
    if (name == "value") numbers.value = *number;
    if (name == "limit_seconds") numbers.limit_seconds = *number;
    if (name == "for_seconds") numbers.for_seconds = *number;
  }
  return numbers;
}

// The state that an action asks for; nothing where it asks for something else.
std::optional<AdminState> state_of(Action action) {
  if (action == Action::drain) return AdminState::drain;
  if (action == Action::disable) return AdminState::disabled;
  if (action == Action::undrain || action == Action::enable) return AdminState::enabled;
  return std::nullopt;
}

// The wish for the state of a server, or of its backup; null: there is none.
const AdminOverride* state_wish(const Override& wishes, bool is_backup) {
  if (is_backup) return wishes.backup ? &*wishes.backup : nullptr;
  return wishes.admin ? &*wishes.admin : nullptr;
}

Said said_by(const api::Call& call) {
  const auto says = [&call](std::string_view name) { return call.query.contains(name); };
  return {.reason = says("reason"),
          .end = says("for_seconds"),
          .limit = says("limit_seconds"),
          .until = says("until"),
          .returning = says("returning")};
}

Override changed(Override wishes, const RealServer& server, const Target& target,
                 const api::Call& call, const Numbers& numbers, const Author& by) {
  const Action action = call.action;
  if (const auto state = state_of(action)) {
    const AdminOverride wish = repeated(
        state_wish(wishes, target.backup),
        {*state, std::chrono::seconds(numbers.limit_seconds), by, numbers.until, numbers.returning},
        said_by(call));
    return target.backup ? with_backup_state(std::move(wishes), server, wish)
                         : with_state(std::move(wishes), server, wish);
  }
  if (action == Action::set_weight)
    return with_weight(std::move(wishes), server, numbers.value, by, said_by(call));
  if (action == Action::set_max_connections)
    return with_max_connections(std::move(wishes), server, numbers.value, by, said_by(call));
  return wishes;
}

bool is_repeated(const std::optional<NumberOverride>& was,
                 const std::optional<NumberOverride>& is) {
  return was && is && was->value == is->value;
}

std::string number_undo(std::string_view what, const std::optional<NumberOverride>& was,
                        const std::optional<NumberOverride>& is, const std::string& target,
                        const api::Moment& wall) {
  if (!was) return fmt::format("lvsctl unset {} {}", target, what);
  return fmt::format("lvsctl set {} {} {}{}", target, what, was->value,
                     command_words(*was, is_repeated(was, is) ? *is : NumberOverride(), wall));
}

// The command by which a server is in a state again, as `wish` has it, which `now` has otherwise.
std::string state_command(AdminState state, const AdminOverride* wish, const AdminOverride& now,
                          const std::string& target, const api::Moment& wall) {
  const std::string_view verb = state == AdminState::drain      ? "drain"
                                : state == AdminState::disabled ? "disable"
                                                                : "enable";
  return fmt::format("lvsctl {} {}{}", verb, target,
                     wish == nullptr ? "" : command_words(*wish, now, wall));
}

// The command that takes a change of the state back; nothing where nothing changed.
std::optional<std::string> state_undo(const Override& before, const Override& after,
                                      const RealServer& server, bool is_backup,
                                      const std::string& target, const api::Moment& wall) {
  const AdminOverride* was = state_wish(before, is_backup);
  const AdminOverride* is = state_wish(after, is_backup);
  const AdminState unwished = is_backup ? AdminState::enabled : configured_state(server);
  const AdminState from = was != nullptr ? was->state : unwished;
  const AdminState to = is != nullptr ? is->state : unwished;
  if (from != to && from == AdminState::enabled)
    return (to == AdminState::drain ? "lvsctl undrain " : "lvsctl enable ") + target;
  if (from != to) return state_command(from, was, {.state = from}, target, wall);
  if (was == nullptr || is == nullptr || *was == *is) return std::nullopt;
  return state_command(from, was, *is, target, wall);
}

// The command that takes a change back; nothing where nothing changed.
std::optional<std::string> undo_of(const Override& before, const Override& after,
                                   const RealServer& server, bool is_backup,
                                   const std::string& target, const api::Moment& wall) {
  if (auto undo = state_undo(before, after, server, is_backup, target, wall)) return undo;
  if (before.weight != after.weight)
    return number_undo("weight", before.weight, after.weight, target, wall);
  if (before.max_connections != after.max_connections)
    return number_undo("max_connections", before.max_connections, after.max_connections, target,
                       wall);
  return std::nullopt;
}

// "; weight 20 (the file says 10)"; the value is the file's where there is no wish.
std::string number_text(std::string_view what, const std::optional<NumberOverride>& was,
                        const std::optional<NumberOverride>& is, std::uint32_t configured,
                        const api::Moment& wall) {
  if (!is && !was) return {};
  if (!is) return fmt::format("; {} {}, as the file says", what, configured);
  return fmt::format("; {} {} (the file says {})", what, is->value, configured) +
         (is_repeated(was, is) ? repetition_text(*was, *is, wall) : std::string());
}

// Of a wish for a number; else empty.
std::string number_note(const Override& before, const Override& after, const RealServer& server,
                        Action action, const api::Moment& wall) {
  const DestinationSettings& file = server.settings;
  if (action == Action::set_weight)
    return number_text("weight", before.weight, after.weight, file.weight, wall);
  if (action == Action::set_max_connections)
    return number_text("max_connections", before.max_connections, after.max_connections,
                       file.upper_threshold, wall);
  return {};
}

// Of a wish for a state that is wished for already; else empty.
std::string repetition_note(const AdminOverride* was, const AdminOverride* is, Action action,
                            const api::Moment& wall) {
  if (!state_of(action) || was == nullptr || is == nullptr || was->state != is->state) return {};
  return repetition_text(*was, *is, wall);
}

std::string state_and_weight(const Decision& decision) {
  std::string out = state_text(decision);
  if (decision.presence != Presence::absent) out += fmt::format(" {}", decision.weight);
  return out;
}

bool is_serving(const Pool& pool) {
  return Pools::serving(pool.real_servers) + Pools::serving(pool.backup_servers) +
             Pools::serving(pool.sorry_servers) !=
         0;
}

Decision decision(const Pool& pool, const Target& target) {
  return target.backup ? pool.backup_servers[target.server] : pool.real_servers[target.server];
}
Decision decision(const Desired& outcome, const Target& target) {
  return target.backup ? outcome.backups[target.server] : outcome.real_servers[target.server];
}

// "web/web03 (10.0.0.13:80): ACTIVE 10 -> DRAINING 0; …", said in both texts.
void say_change(api::WishView& view, const std::string& name, const Endpoint& endpoint,
                const Decision& was, const Decision& is) {
  view.before = state_and_weight(was);
  view.after = state_and_weight(is);
  view.text = fmt::format("{} ({}): {} -> {}; {}", name, text(endpoint), view.before, view.after,
                          text(is.reason));
}

// Why a drain cannot be what it is asked to be; `ends`: the kernel lets nobody come back to a
// server of weight 0, or has been told so.
std::optional<std::string> wrong_returning(const VirtualServer& service, Returning returning,
                                           std::optional<bool> ends) {
  if (service.settings.persistence_timeout == 0 || !ends) return std::nullopt;
  if (returning == Returning::hard && !*ends)
    return fmt::format(
        "{} is 0, so the kernel sends clients that persist back to a server that drains; "
        "'ipvs_sysctl auto' in global_defs lets lvsd set it, or: sysctl -w {}=1",
        template_sysctl, template_sysctl);
  if (returning == Returning::soft && *ends)
    return fmt::format(
        "{} is 1, so the kernel lets no client come back to a server that drains, whether it "
        "persists or not",
        template_sysctl);
  return std::nullopt;
}

// What becomes of clients that persist, if there are any.
std::string returning_note(const VirtualServer& service, std::optional<bool> ends) {
  const std::uint32_t seconds = service.settings.persistence_timeout;
  if (seconds == 0 || !ends) return {};
  if (*ends) return "; clients that persist go elsewhere with their next connection";
  return fmt::format(
      "; clients that persist ({} s) come back to it with new connections, unless it is drained "
      "with --hard",
      seconds);
}

api::WishView calm_view(const std::string& name, bool was_panic) {
  return {.service = name,
          .server = {},
          .before = was_panic ? "PANIC" : "calm",
          .after = "calm",
          .text = was_panic ? name + ": the panic is over, what fails leaves"
                            : name + ": there is no panic",
          .undo = {}};
}

std::string last_server_text(const std::string& server, const std::string& service) {
  return fmt::format(
      "{} is the last server of {} that takes connections, and no backup or sorry server is "
      "healthy; use --force to do it anyway",
      server, service);
}

void log_wish(const api::Call& call, const Author& by, const api::WishView& view,
              const Endpoint& endpoint) {
  log(Level::notice,
      fmt::format("{} by {}: {}{}{}", api::path_of(call.action, call.path), by.user, view.text,
                  by.reason.empty() ? "" : ": ", by.reason),
      {.kind = EventKind::wish,
       .service = view.service,
       .server = view.server,
       .before = view.before,
       .after = view.after,
       .reason = by.reason,
       .address = text(endpoint),
       .uid = uid_of(by)});
}

}  // namespace

asio::awaitable<Author> Daemon::author_of(const api::Call& call) {
  const uid_t uid = call.peer.uid;
  const auto ask_name = [uid, from = call.peer.address] {
    return from.empty() ? user_name(uid) : "the token from " + host_of(from);
  };
  // In a statement of its own: g++ 12 destroys what is awaited within braces twice.
  std::string user = co_await files_.run(ask_name);
  co_return Author{.user = std::move(user),
                   .uid = uid,
                   .reason = api::word(call.query, "reason"),
                   .since = wall_clock().at};
}

// Of a drain: whether the kernel lets clients that persist come back to it. Nothing: that cannot be
// read, or there is no drain.
asio::awaitable<std::optional<bool>> Daemon::ends_templates(const api::Call& call,
                                                            Returning returning) {
  if (call.action != Action::drain) co_return std::nullopt;
  const auto found = target_of(pools_.config(), call);
  const auto* target = std::get_if<Target>(&found);
  if (target == nullptr) co_return std::nullopt;
  const Config& config = pools_.config();
  if (config.virtual_servers[target->pool].settings.persistence_timeout == 0)
    co_return std::nullopt;
  const bool has_to = returning == Returning::hard;
  const bool would = has_to && api::is_on(call.query, "dry_run") && may_expire_templates(config);
  const auto ends = co_await see_templates(has_to && !api::is_on(call.query, "dry_run"));
  if (!ends) co_return std::nullopt;
  co_return *ends || would;
}

asio::awaitable<api::Response> Daemon::answer_wish(api::Call call) {
  Author by = co_await author_of(call);
  const auto numbers = numbers_of(call);
  if (!numbers)
    co_return api::response(api::bad_request("a word of the query is not what it should be"));
  const std::optional<bool> ends = co_await ends_templates(call, numbers->returning);
  const auto found = target_of(pools_.config(), call);
  if (const auto* refusal = std::get_if<api::Response>(&found)) co_return *refusal;
  if (numbers->for_seconds != 0) by.until = by.since + std::chrono::seconds(numbers->for_seconds);
  const Target target = std::get<Target>(found);
  if (call.action == Action::calm)
    co_return co_await answer_calm(std::move(call), target.pool, std::move(by));
  if (call.action == Action::set_scheduler) {
    const Said said = said_by(call);
    co_return co_await answer_scheduler(std::move(call), target.pool, std::move(by), said);
  }
  const auto [pool, index, is_backup] = target;
  const VirtualServer& service = pools_.config().virtual_servers[pool];
  const RealServer& server = service.real_servers[index];
  const std::string server_name = is_backup ? id(*server.backup) : id(server);
  const std::string name = id(service) + "/" + server_name;
  const Time now = std::chrono::steady_clock::now();
  const Override before = pools_.wishes(pool, index);
  const Override after = changed(before, server, target, call, *numbers, by);
  const api::Moment wall = wall_clock();
  if (!api::is_on(call.query, "force") && is_serving(pools_.pool(pool)) &&
      !pools_.would_serve(pool, index, after, now))
    co_return api::response(api::refused(last_server_text(name, id(service))));
  if (const auto why = wrong_returning(service, numbers->returning, ends))
    co_return api::response(api::refused(*why));

  const Decision was = decision(pools_.pool(pool), target);
  const Endpoint endpoint = is_backup ? server.backup->endpoint : server.endpoint;
  api::WishView view{.service = id(service),
                     .server = server_name,
                     .before = {},
                     .after = {},
                     .text = {},
                     .undo = undo_of(before, after, server, is_backup, name, wall)};
  const std::string notes = repetition_note(state_wish(before, is_backup),
                                            state_wish(after, is_backup), call.action, wall) +
                            number_note(before, after, server, call.action, wall) +
                            returning_note(service, ends);
  if (api::is_on(call.query, "dry_run")) {
    Desired then = call.action == Action::failback ? pools_.with_failback(pool, index, now)
                                                   : pools_.with_wish(pool, index, after, now);
    say_change(view, name, endpoint, was, decision(then, target));
    view.text += notes;
    co_return co_await answer_rehearsal(std::move(then.table), std::move(view));
  }
  const auto change = call.action == Action::failback ? pools_.fail_back(pool, index, now)
                                                      : pools_.wish(pool, index, after, now);
  say_change(view, name, endpoint, was, decision(pools_.pool(pool), target));
  view.text += notes;
  log_wish(call, by, view, endpoint);
  if (change) announce(*change);
  co_return co_await bring_wish_about(pool, std::move(view));
}

// A reload may come between: nothing of the configuration is looked at once something is awaited.
asio::awaitable<api::Response> Daemon::bring_wish_about(std::size_t pool, api::WishView view) {
  const auto services = pools_.services(pool);
  co_await save_state();
  const auto failures = co_await reconciler_.reconcile({services.begin(), services.end()});
  policy_timer_.cancel();
  if (!failures.empty()) view.text += ". Not in the kernel yet: " + failures.front();
  co_return api::response(api::Head{wall_clock(), generation_}, view);
}

asio::awaitable<api::Response> Daemon::answer_rehearsal(Table wanted, api::WishView view) {
  Services touched;
  for (const auto& [key, service] : wanted)
    touched.insert(key);
  co_return co_await answer_rehearsal(std::move(touched), std::move(wanted), std::move(view));
}

asio::awaitable<api::Response> Daemon::answer_rehearsal(Services touched, Table wanted,
                                                        api::WishView view) {
  const Services owned = reconciler_.owned();
  view.undo.reset();
  view.operations.emplace();
  // A reload may come between: nothing of the configuration is looked at after this.
  const auto found = co_await reconciler_.snapshot(touched, Duration::zero());
  if (!found) co_return api::response(api::unavailable(text(found.error())));
  Table actual = table_of(**found);
  std::erase_if(actual, [&](const auto& entry) { return !touched.contains(entry.first); });
  for (const Op& op : diff(actual, wanted, owned))
    view.operations->push_back(text(op));
  co_return api::response(api::Head{wall_clock(), generation_}, view);
}

asio::awaitable<api::Response> Daemon::answer_calm(api::Call call, std::size_t pool, Author by) {
  const std::string name = id(pools_.config().virtual_servers[pool]);
  api::WishView view = calm_view(name, pools_.pool(pool).panic_since.has_value());
  const Time now = std::chrono::steady_clock::now();
  if (api::is_on(call.query, "dry_run")) {
    Desired then = pools_.without_panic(pool, now);
    co_return co_await answer_rehearsal(std::move(then.table), std::move(view));
  }
  const auto change = pools_.end_panic(pool, now);
  log(Level::notice, fmt::format("The panic of {} is ended by {}", name, by.user),
      {.kind = EventKind::wish, .service = name, .reason = by.reason, .uid = uid_of(by)});
  if (change) announce(*change);
  co_return api::response(api::Head{wall_clock(), generation_}, view);
}

}  // namespace lvsd
