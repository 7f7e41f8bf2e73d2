package health.weft.fhir;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** JSON Patch (RFC 6902) over a tree. */
final class JsonPatch {
    /** Nodes that copies may add: copying a tree into itself doubles it each time. */
    private static final int MOST_COPIED = 1_000_000;

    private ObjectNode document;
    private int copied;

    JsonPatch(ObjectNode resource) {
        this.document = resource.deepCopy();
    }

    ObjectNode apply(byte[] patch) {
        Json.requireUtf8(patch);
        JsonNode operations;
        try {
            operations = Json.mapper().readTree(patch);
        } catch (JacksonException e) {
            throw error("structure", "The patch is not valid JSON.", null);
        }
        if (!operations.isArray()) {
            throw error("structure", "A JSON Patch is an array of operations.", null);
        }
        for (int i = 0; i < operations.size(); i++) {
            operation(operations.get(i), "[" + i + "]");
        }
        requireShallow(document, 1);
        return document;
    }

    private static InvalidResource error(String code, String what, @Nullable String at) {
        return new InvalidResource(Issue.error(code, what, at));
    }

    private static void requireShallow(JsonNode node, int depth) {
        if (depth > Json.MAX_DEPTH) {
            throw error("too-costly", "The result is nested deeper than " + Json.MAX_DEPTH + " levels.", null);
        }
        for (JsonNode child : node) {
            requireShallow(child, depth + 1);
        }
    }

    private void operation(JsonNode operation, String at) {
        switch (Json.text(operation, "op")) {
            case "add" -> put(path(operation, "path", at), value(operation, at), true, at + ".path");
            case "replace" -> put(path(operation, "path", at), value(operation, at), false, at + ".path");
            case "remove" -> remove(path(operation, "path", at), at + ".path");
            case "test" -> {
                if (!get(path(operation, "path", at), at + ".path").equals(JsonPatch::order, value(operation, at))) {
                    throw error("conflict", "The test failed: the value there is another one.", at);
                }
            }
            case "copy" -> {
                JsonNode from = get(path(operation, "from", at), at + ".from");
                copied += size(from);
                if (copied > MOST_COPIED) {
                    throw error("too-costly", "The patch copies too much.", at);
                }
                put(path(operation, "path", at), from.deepCopy(), true, at + ".path");
            }
            case "move" -> {
                List<String> from = path(operation, "from", at);
                List<String> to = path(operation, "path", at);
                if (to.size() > from.size() && to.subList(0, from.size()).equals(from)) {
                    throw error("value", "A value cannot be moved into itself.", at + ".path");
                }
                put(to, remove(from, at + ".from"), true, at + ".path");
            }
            default -> throw error("value", "'op' must be add, remove, replace, move, copy or test.", at + ".op");
        }
    }

    /** Numbers are the same when their values are (RFC 6902, 4.6). */
    private static int order(JsonNode a, JsonNode b) {
        boolean same =
                a.equals(b) || (a.isNumber() && b.isNumber() && a.decimalValue().compareTo(b.decimalValue()) == 0);
        return same ? 0 : 1;
    }

    private int size(JsonNode node) {
        int size = 1;
        for (JsonNode child : node) {
            size += size(child);
            if (size > MOST_COPIED) {
                return size;
            }
        }
        return size;
    }

    private static JsonNode value(JsonNode operation, String at) {
        JsonNode value = operation.get("value");
        if (value == null) {
            throw error("required", "'value' is missing.", at);
        }
        return value.deepCopy();
    }

    /** The parts of a JSON Pointer (RFC 6901). */
    private static List<String> path(JsonNode operation, String field, String at) {
        JsonNode pointer = operation.get(field);
        if (pointer == null || !pointer.isString()) {
            throw error("required", "'" + field + "' is missing.", at);
        }
        String text = pointer.stringValue();
        List<String> parts = new ArrayList<>();
        if (text.isEmpty()) {
            return parts;
        }
        if (text.charAt(0) != '/') {
            throw error("value", "A JSON Pointer begins with '/', as in /name/0/family.", at + "." + field);
        }
        for (String part : text.substring(1).split("/", -1)) {
            parts.add(part.replace("~1", "/").replace("~0", "~"));
        }
        return parts;
    }

    private JsonNode get(List<String> path, String at) {
        JsonNode node = document;
        for (String part : path) {
            JsonNode next = node.isArray() ? node.get(index(part, node.size() - 1, at)) : node.get(part);
            if (next == null) {
                throw error("not-found", "The path leads to nothing.", at);
            }
            node = next;
        }
        return node;
    }

    private static int index(String part, int most, String at) {
        boolean digits = part.length() < 10 && part.matches("0|[1-9]\\d*");
        if (!digits || Integer.parseInt(part) > most) {
            throw error("not-found", "The path leads to nothing: there is no such index.", at);
        }
        return Integer.parseInt(part);
    }

    private void put(List<String> path, JsonNode value, boolean add, String at) {
        if (path.isEmpty()) {
            if (!(value instanceof ObjectNode object)) {
                throw error("value", "A resource can only be replaced by an object.", at);
            }
            document = object;
            return;
        }
        String last = path.getLast();
        switch (get(path.subList(0, path.size() - 1), at)) {
            case ArrayNode array
            when add -> array.insert(last.equals("-") ? array.size() : index(last, array.size(), at), value);
            case ArrayNode array -> array.set(index(last, array.size() - 1, at), value);
            case ObjectNode object -> {
                if (!add && !object.has(last)) {
                    throw error("not-found", "The path leads to nothing that could be replaced; use add.", at);
                }
                object.set(last, value);
            }
            default -> throw error("not-found", "The path goes through a value that has no parts.", at);
        }
    }

    private JsonNode remove(List<String> path, String at) {
        if (path.isEmpty()) {
            throw error("value", "The whole resource cannot be removed by a patch.", at);
        }
        JsonNode removed = get(path, at);
        switch (get(path.subList(0, path.size() - 1), at)) {
            case ArrayNode array -> array.remove(Integer.parseInt(path.getLast()));
            case ObjectNode object -> object.remove(path.getLast());
            default -> throw new IllegalStateException("A value without parts had one");
        }
        return removed;
    }
}
