#include "lvsctl/page.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "api/all_fields.h"
#include "api/json_indent.h"
#include "base/printable.h"

namespace lvsd::ctl {
namespace {

// Visits every text of a view, however deep.
class Cleaner {
 public:
  template <class T>
  void operator()(std::string_view, T& value) {
    clean(value);
  }
  void flat(ServiceKey&) {}

  template <class T>
  void clean(T& value) {
    if constexpr (std::is_same_v<T, std::string>)
      clean_text(value);
    else if constexpr (std::is_same_v<T, api::DiagnosticView>)
      clean_diagnostic(value);
    else if constexpr (api::Described<T>)
      api::Fields<T>::visit(value, *this);
  }
  template <class T>
  void clean(std::optional<T>& value) {
    if (value) clean(*value);
  }
  template <class T>
  void clean(std::vector<T>& values) {
    for (T& value : values)
      clean(value);
  }

 private:
  // Nearly all are.
  static void clean_text(std::string& text) {
    const auto is_printable = [](char c) { return c >= 0x20 && c < 0x7f; };
    if (!std::all_of(text.begin(), text.end(), is_printable)) text = printable_line(text);
  }
  // Texts that have lines.
  static void clean_diagnostic(api::DiagnosticView& diagnostic) {
    diagnostic.text = printable_lines(diagnostic.text);
    diagnostic.message = printable_line(diagnostic.message);
    diagnostic.hint = printable_line(diagnostic.hint);
    diagnostic.code = printable_line(diagnostic.code);
    diagnostic.file = printable_line(diagnostic.file);
    diagnostic.severity = printable_line(diagnostic.severity);
  }
};

// Every text of a view made printable.
template <class View>
void make_printable(View& view) {
  Cleaner().clean(view);
}

Exit exit_of(int status) {
  switch (status) {
    case 400:
      return Exit::usage;
    case 403:
      return Exit::denied;
    case 404:
      return Exit::no_such_object;
    case 409:
    case 412:
    case 422:
    case 428:
      return Exit::refused;
    case 408:
    case 504:
      return Exit::timed_out;
    default:
      return Exit::internal;
  }
}

Failure unreadable(const Error& error) {
  return {Exit::internal, "lvsd's answer cannot be read: " + text(error)};
}

}  // namespace

Output failed(const Failure& failure) {
  return {failure.exit, "", "lvsctl: " + printable_line(failure.message) + "\n"};
}

void resolve(const Context& context, Table& table) {
  if (!context.resolve) return;
  constexpr std::chrono::seconds limit(1);
  put_names(table, context.machine.names(addresses_in(table), limit));
}

Output table_output(const Context& context, Table table, std::string_view none) {
  if (!context.sort.empty() && !sort_rows(table, context.sort)) {
    std::string titles;
    for (const Column& column : table.columns)
      titles += (titles.empty() ? "" : ", ") + std::string(column.title);
    return failed({Exit::usage, "no column '" + context.sort + "', but " + titles});
  }
  resolve(context, table);
  // Asked for everything, nothing is cut for the screen's sake.
  Screen screen = context.screen;
  if (context.format == Format::wide) screen.width.reset();
  return {Exit::done, text(table, screen), table.rows.empty() ? std::string(none) + "\n" : ""};
}

std::string diagnostics_text(const std::vector<api::DiagnosticView>& diagnostics) {
  std::string out;
  for (const api::DiagnosticView& diagnostic : diagnostics) {
    out += diagnostic.text;
    if (!diagnostic.text.ends_with('\n')) out += '\n';
  }
  return out;
}

Output json_output(const std::string& body) {
  const auto text = api::indented(body);
  if (!text) return failed(unreadable(text.error()));
  return {Exit::done, *text + "\n", ""};
}

Output refused(const Context& context, const Reply& reply) {
  const Exit exit = exit_of(reply.status);
  const auto told = api::problem(reply.body);
  if (!told || told->title.empty())
    return failed({exit, "lvsd answered with status " + std::to_string(reply.status)});
  api::ProblemView problem = *told;
  make_printable(problem);
  Output output = failed({exit, problem.detail.empty() ? problem.title : problem.detail});
  output.err = diagnostics_text(problem.diagnostics) + output.err;
  if (context.format == Format::json) output.out = json_output(reply.body).out;
  return output;
}

namespace {

// Whether a write changes something, beside what it is asked for.
bool is_change(const api::Route& route) {
  return route.access == api::Access::write && route.action != api::Action::config_check &&
         route.action != api::Action::config_diff;
}

// Where an answer is, with what the command line says of all of them; or what is wrong with that.
boost::system::result<std::string, Output> target_of(const Context& context,
                                                     const Question& question) {
  const api::Route& route = api::route_of(question.action);
  const auto takes = [names = api::query_words(route)](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  api::Words query = question.query;
  if (!context.filter.empty() && takes("filter")) query["filter"] = context.filter;
  if (context.dry_run && is_change(route)) {
    if (!takes("dry_run")) return failed({Exit::usage, "this has no --dry-run; nothing was done"});
    query["dry_run"] = "1";
  }
  return api::path_of(question.action, question.words, query);
}

// 202: done but for what goes on in the daemon; the view says what that is.
bool is_refusal(const Reply& reply) {
  return reply.status != 200 && reply.status != 202;
}

// The body of an answer that is none of refusal.
boost::system::result<std::string, Output> body_of(const Context& context,
                                                   const Question& question) {
  const auto target = target_of(context, question);
  if (!target) return target.error();
  Answer answer = context.ask(api::route_of(question.action).method, *target, question.body);
  if (!answer) return failed(answer.error());
  if (is_refusal(*answer)) return refused(context, *answer);
  return std::move(answer->body);
}

// Shown while it comes, so that nobody needs the memory for all of it. What was shown of an answer
// that breaks off stays: the exit code tells.
Output streamed_json(const Context& context, const Question& question) {
  constexpr std::size_t at_once = 65536;
  const auto target = target_of(context, question);
  if (!target) return target.error();
  api::Indenter indenter(api::JsonLimits{.bytes = std::size_t{4} << 30});
  std::string out;
  bool is_json = true;
  const Answer answer = context.fetch(*target, [&](std::string_view piece) {
    is_json = indenter.take(piece, out);
    if (out.size() >= at_once) {
      context.print(out);
      out.clear();
    }
    return is_json;
  });
  if (!answer) return failed(answer.error());
  if (is_refusal(*answer)) return refused(context, *answer);
  if (!is_json || !indenter.finish(out)) return failed(unreadable(indenter.error()));
  return {Exit::done, out + "\n", ""};
}

}  // namespace

Output json_page(const Context& context, const Question& question) {
  if (context.fetch && api::route_of(question.action).method == api::Method::get)
    return streamed_json(context, question);
  const auto body = body_of(context, question);
  return body ? json_output(*body) : body.error();
}

Output text_page(const Context& context, const Question& question) {
  const auto body = body_of(context, question);
  return body ? Output{Exit::done, *body, ""} : body.error();
}

template <class View>
Output json_page(const Context& context, const Question& question, Exit (*exit)(const View&)) {
  const auto body = body_of(context, question);
  if (!body) return body.error();
  const auto document = api::document<View>(*body);
  if (!document) return failed(unreadable(document.error()));
  Output output = json_output(*body);
  if (output.exit == Exit::done) output.exit = exit(document->view);
  return output;
}

template Output json_page(const Context&, const Question&, Exit (*)(const api::StatusView&));
template Output json_page(const Context&, const Question&, Exit (*)(const api::ReloadView&));
template Output json_page(const Context&, const Question&, Exit (*)(const api::ConfigCheckView&));
template Output json_page(const Context&, const Question&, Exit (*)(const api::ConfigDiffView&));
template Output json_page(const Context&, const Question&,
                          Exit (*)(const std::vector<api::CheckHistoryView>&));
template Output json_page(const Context&, const Question&, Exit (*)(const api::DigestView&));
template Output json_page(const Context&, const Question&,
                          Exit (*)(const std::vector<api::ServerView>&));
template Output json_page(const Context&, const Question&,
                          Exit (*)(const std::vector<api::DriftEntryView>&));

template <class View>
boost::system::result<Page<View>, Output> page_as_is(const Context& context,
                                                     const Question& question) {
  const auto body = body_of(context, question);
  if (!body) return body.error();
  auto document = api::document<View>(*body);
  if (!document) return failed(unreadable(document.error()));
  return Page<View>{document->head, std::move(document->view)};
}

template <class View>
boost::system::result<Page<View>, Output> page(const Context& context, const Question& question) {
  auto answer = page_as_is<View>(context, question);
  if (answer) make_printable(answer->view);
  return answer;
}

template boost::system::result<Page<api::StatusView>, Output> page(const Context&, const Question&);
template boost::system::result<Page<api::ServiceView>, Output> page(const Context&,
                                                                    const Question&);
template boost::system::result<Page<api::ServerView>, Output> page(const Context&, const Question&);
template boost::system::result<Page<std::vector<api::ServiceView>>, Output> page(const Context&,
                                                                                 const Question&);
template boost::system::result<Page<std::vector<api::ServerView>>, Output> page(const Context&,
                                                                                const Question&);
template boost::system::result<Page<std::vector<api::EventView>>, Output> page(const Context&,
                                                                               const Question&);
template boost::system::result<Page<std::vector<api::ConnectionView>>, Output> page(
    const Context&, const Question&);
template boost::system::result<Page<std::vector<api::ServiceStatsView>>, Output> page(
    const Context&, const Question&);
template boost::system::result<Page<std::vector<api::CpuStatsView>>, Output> page(const Context&,
                                                                                  const Question&);
template boost::system::result<Page<std::vector<api::ConnectionCountView>>, Output> page(
    const Context&, const Question&);
template boost::system::result<Page<api::KernelTableView>, Output> page(const Context&,
                                                                        const Question&);
template boost::system::result<Page<api::KernelControlsView>, Output> page(const Context&,
                                                                           const Question&);
template boost::system::result<Page<std::vector<api::DriftEntryView>>, Output> page(
    const Context&, const Question&);
template boost::system::result<Page<api::ReloadView>, Output> page(const Context&, const Question&);
template boost::system::result<Page<std::vector<api::CheckHistoryView>>, Output> page(
    const Context&, const Question&);
template boost::system::result<Page<api::DigestView>, Output> page(const Context&, const Question&);
template boost::system::result<Page<api::VersionView>, Output> page(const Context&,
                                                                    const Question&);
template boost::system::result<Page<api::WishView>, Output> page(const Context&, const Question&);
template boost::system::result<Page<std::vector<api::OverrideView>>, Output> page(const Context&,
                                                                                  const Question&);
template boost::system::result<Page<std::vector<api::TimeoutView>>, Output> page(const Context&,
                                                                                 const Question&);
template boost::system::result<Page<std::vector<api::SysctlView>>, Output> page(const Context&,
                                                                                const Question&);
template boost::system::result<Page<api::LogLevelView>, Output> page(const Context&,
                                                                     const Question&);
template boost::system::result<Page<std::vector<api::PastConfigView>>, Output> page(
    const Context&, const Question&);
template boost::system::result<Page<api::ConfigCheckView>, Output> page(const Context&,
                                                                        const Question&);
template boost::system::result<Page<api::ConfigDiffView>, Output> page(const Context&,
                                                                       const Question&);
template boost::system::result<Page<std::vector<api::ServiceView>>, Output> page_as_is(
    const Context&, const Question&);
template boost::system::result<Page<api::ConfigView>, Output> page_as_is(const Context&,
                                                                         const Question&);

}  // namespace lvsd::ctl
