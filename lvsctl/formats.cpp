#include "lvsctl/formats.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "api/json.h"

namespace lvsd::ctl {
namespace {

using Json = nlohmann::ordered_json;

// Only what is bounded in depth: a tree of anything else may be too deep to walk.
std::optional<Json> parsed(std::string_view text) {
  if (!api::indented(text)) return std::nullopt;
  Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? std::nullopt : std::optional(std::move(json));
}

// Answers for several targets are indented documents one after the other; only the brace that
// begins one begins a line.
std::optional<std::vector<Json>> all_parsed(std::string_view text) {
  std::vector<Json> out;
  while (true) {
    const std::size_t next = std::min(text.find("\n{"), text.size());
    auto json = parsed(text.substr(0, next));
    if (!json) return std::nullopt;
    out.push_back(*std::move(json));
    if (next == text.size()) return out;
    text.remove_prefix(next + 1);
  }
}

// ---- YAML

// Begins with a letter, holds nothing that means something, and is no word of YAML's own.
bool is_plain(const std::string& text) {
  static constexpr std::string_view words[] = {"true", "false", "null", "yes", "no",
                                               "on",   "off",   "y",    "n"};
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text.front())) == 0) return false;
  if (std::find(std::begin(words), std::end(words), lower) != std::end(words)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '/' ||
           c == '.';
  });
}

// A JSON text is a double quoted one of YAML.
std::string scalar(const Json& value) {
  if (value.is_string() && is_plain(value.get_ref<const std::string&>()))
    return value.get<std::string>();
  if (value.is_array()) return "[]";
  if (value.is_object()) return "{}";
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void write(std::string& out, const Json& value, std::size_t indent);

// Behind a key or a dash: on the same line where it fits there.
void write_within(std::string& out, const Json& value, std::size_t indent, bool in_list) {
  if (!value.is_structured() || value.empty()) {
    out += " " + scalar(value) + "\n";
  } else if (in_list && value.is_object()) {
    std::string block;
    write(block, value, indent);
    out += " " + block.substr(indent);
  } else {
    out += "\n";
    write(out, value, indent);
  }
}

void write(std::string& out, const Json& value, std::size_t indent) {
  const std::string blanks(indent, ' ');
  if (value.is_object()) {
    for (const auto& [name, field] : value.items()) {
      out += blanks + scalar(name) + ":";
      write_within(out, field, indent + 2, false);
    }
  } else if (value.is_array()) {
    for (const Json& element : value) {
      out += blanks + "-";
      write_within(out, element, indent + 2, true);
    }
  } else {
    out += blanks + scalar(value) + "\n";
  }
}

// ---- CSV

using Columns = std::vector<std::pair<std::string, std::string>>;

std::string cell(const Json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string joined(const Json& list) {
  std::string out;
  for (const Json& element : list)
    out += (out.empty() ? "" : " ") + cell(element);
  return out;
}

void collect(const std::string& name, const Json& value, Columns& columns) {
  if (value.is_object() && !value.empty()) {
    const std::string before = name.empty() ? "" : name + ".";
    for (const auto& [field, inner] : value.items())
      collect(before + field, inner, columns);
  } else {
    columns.emplace_back(name, value.is_array() ? joined(value) : cell(value));
  }
}

// What a spreadsheet would take for more than a text stays one: RFC 4180 has no word for that.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string out = "\"";
  for (const char c : text)
    out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string line(const std::vector<std::string>& cells) {
  std::string out;
  for (const std::string& text : cells)
    out += (&text == cells.data() ? "" : ",") + quoted(text);
  return out + "\n";
}

using Titles = std::vector<std::string>;

bool is_part(const std::string& title, const std::string& of) {
  return title.size() > of.size() && title.starts_with(of) && title[of.size()] == '.';
}

// Where the column after this one belongs; a new one takes its place before that. What other items
// have parts of, and this one lacks, stands where those are.
Titles::iterator behind(Titles& titles, Titles::iterator place, const std::string& name) {
  const auto known = std::find(titles.begin(), titles.end(), name);
  if (known != titles.end()) return known + 1;
  const auto last = std::find_if(titles.rbegin(), titles.rend(), [&name](const std::string& title) {
    return is_part(title, name);
  });
  return last != titles.rend() ? last.base() : titles.insert(place, name) + 1;
}

// Without those of which there are parts.
Titles without_wholes(const Titles& titles) {
  Titles out;
  for (const std::string& title : titles)
    if (std::none_of(titles.begin(), titles.end(),
                     [&title](const std::string& other) { return is_part(other, title); }))
      out.push_back(title);
  return out;
}

}  // namespace

std::optional<std::string> yaml_text(std::string_view json) {
  const auto values = all_parsed(json);
  if (!values) return std::nullopt;
  std::string out;
  for (const Json& value : *values) {
    if (!out.empty()) out += "---\n";
    write(out, value, 0);
  }
  return out;
}

// A field that is null in one item may be an object in another: its columns are those of all.
std::optional<std::string> csv_text(std::string_view json, bool header) {
  auto values = all_parsed(json);
  if (!values) return std::nullopt;
  std::vector<Json> rows;
  for (Json& value : *values) {
    if (value.is_object() && value.contains("items"))
      std::move(value["items"].begin(), value["items"].end(), std::back_inserter(rows));
    else
      rows.push_back(std::move(value));
  }
  Titles names;
  std::vector<std::map<std::string, std::string>> lines;
  for (const Json& row : rows) {
    Columns columns;
    collect("", row, columns);
    auto& cells = lines.emplace_back();
    auto place = names.begin();
    for (auto& [name, text] : columns) {
      place = behind(names, place, name);
      cells.insert_or_assign(name, std::move(text));
    }
  }
  names = without_wholes(names);
  std::string out = header && !names.empty() ? line(names) : std::string();
  for (auto& cells : lines) {
    std::vector<std::string> texts;
    texts.reserve(names.size());
    for (const std::string& name : names)
      texts.push_back(cells[name]);
    out += line(texts);
  }
  return out;
}

}  // namespace lvsd::ctl
