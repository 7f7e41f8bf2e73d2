package health.weft.directory;

import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The outlines of service areas, as far as they are GeoJSON (RFC 7946): polygons alone or in whatever holds them, without their holes. */
final class Outlines {
    private static final int LONGEST = 200_000;
    private static final int RINGS = 20;

    private Outlines() {}

    /** Rings of longitude and latitude; what is no outline is passed over. */
    static List<List<double[]>> of(JsonNode areas) {
        List<List<double[]>> rings = new ArrayList<>();
        for (JsonNode area : areas) {
            JsonNode extent = area.path("extent");
            String words = extent.asString("");
            try {
                if (extent.isObject()) {
                    read(extent, rings);
                } else if (words.startsWith("{") && words.length() <= LONGEST) {
                    read(Json.mapper().readTree(words), rings);
                }
            } catch (JacksonException e) {
                continue;
            }
        }
        return rings;
    }

    private static void read(JsonNode node, List<List<double[]>> rings) {
        JsonNode coordinates = node.path("coordinates");
        switch (node.path("type").asString("")) {
            case "Polygon" -> ring(coordinates.path(0), rings);
            case "MultiPolygon" -> coordinates.forEach(polygon -> ring(polygon.path(0), rings));
            case "Feature" -> read(node.path("geometry"), rings);
            case "FeatureCollection" -> node.path("features").forEach(feature -> read(feature, rings));
            case "GeometryCollection" -> node.path("geometries").forEach(one -> read(one, rings));
            default -> {}
        }
    }

    private static void ring(JsonNode points, List<List<double[]>> rings) {
        List<double[]> ring = new ArrayList<>();
        for (JsonNode point : points) {
            if (!point.path(0).isNumber() || !point.path(1).isNumber()) {
                return;
            }
            ring.add(new double[] {point.path(0).asDouble(), point.path(1).asDouble()});
        }
        if (ring.size() >= 4 && rings.size() < RINGS) {
            rings.add(ring);
        }
    }
}
