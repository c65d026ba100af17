#include "lvsctl/trace.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

#include "base/printable.h"

namespace lvsd::ctl {
namespace {

using std::chrono::milliseconds;

// The signs before the lines are curl's.
class Tracer {
 public:
  explicit Tracer(const Context& context) : tell_(context.tell), clock_(context.machine.uptime) {}

  milliseconds asked(api::Method method, const std::string& target) const {
    tell_(fmt::format("> {} {}\n", api::text(method), printable_line(target)));
    return clock_();
  }
  void answered(const Answer& answer, std::size_t bytes, milliseconds begun) const {
    const auto took = (clock_() - begun).count();
    const std::string time = took == 0 ? "within 1ms" : fmt::format("after {}ms", took);
    if (answer)
      tell_(fmt::format("< {}, {} bytes, {}\n", answer->status, bytes + answer->body.size(), time));
    else
      tell_(fmt::format("< {}, {}\n", printable_line(answer.error().message), time));
  }

 private:
  std::function<void(std::string_view)> tell_;
  std::function<milliseconds()> clock_;
};

Follow traced(Follow follow, const Tracer& tracer) {
  return [follow = std::move(follow), tracer](const std::string& target, const Take& take) {
    std::size_t bytes = 0;
    const auto begun = tracer.asked(api::Method::get, target);
    Answer answer = follow(target, [&](std::string_view piece) {
      bytes += piece.size();
      return take(piece);
    });
    tracer.answered(answer, bytes, begun);
    return answer;
  };
}

}  // namespace

void trace(Context& context) {
  const Tracer tracer(context);
  context.ask = [ask = context.ask, tracer](api::Method method, const std::string& target,
                                            const std::string& body) {
    const auto begun = tracer.asked(method, target);
    Answer answer = ask(method, target, body);
    tracer.answered(answer, 0, begun);
    return answer;
  };
  if (context.follow) context.follow = traced(context.follow, tracer);
  if (context.fetch) context.fetch = traced(context.fetch, tracer);
}

}  // namespace lvsd::ctl
