// A visit from a test in Java: start, wait until ready, tap, read the file, go back to the beginning. Java 17 or later, no packages.
//
//     java Visit.java [path of madoguchi]

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;

public final class Visit {
    /** A madoguchi of its own, in a folder of its own, on a port that the system chooses. */
    static final class Station implements AutoCloseable {
        private final Process process;
        private final String url;
        private final HttpClient client = HttpClient.newHttpClient();

        Station(String program) throws IOException {
            // The clock stands still and nothing takes time: a test gives the same files every day.
            process = new ProcessBuilder(program, "run", "--headless", "--control", "127.0.0.1:0", "--pace", "instant",
                    "--clock", "20261121093000,freeze")
                    .directory(Files.createTempDirectory("madoguchi").toFile()).start();
            BufferedReader said = process.errorReader(StandardCharsets.UTF_8);
            String line = said.readLine();
            while (line != null && !line.startsWith("madoguchi ready control=")) line = said.readLine();
            if (line == null) throw new IOException("madoguchi did not come up");
            url = line.split("[= ]")[3];
        }

        String call(String method, String path, String body) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + path)).header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body)).build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= 300) throw new IOException(answer.body());
            return answer.body();
        }

        @Override
        public void close() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }
    }

    /** The value of a text field of a flat JSON answer; a real test uses the JSON library it has. */
    static String field(String json, String name) {
        var found = Pattern.compile("\"" + name + "\":\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(json);
        return found.find() ? found.group(1).replace("\\\\", "\\") : null;
    }

    static String text(String file, String name) throws Exception {
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(Path.of(file).toFile());
        return document.getElementsByTagName(name).item(0).getTextContent();
    }

    public static void main(String[] arguments) throws Exception {
        try (Station station = new Station(arguments.length > 0 ? arguments[0] : "madoguchi")) {
            // Answers when every file of the visit stands in its folder.
            String visit = station.call("POST", "/control/v1/visits", "{\"person\":\"hanako\"}");
            if (!"valid".equals(field(visit, "outcome"))) throw new IllegalStateException(visit);
            System.out.println(text(field(visit, "face"), "Name") + " " + text(field(visit, "face"), "InsurerNumber"));
            System.out.println(text(field(visit, "pmh"), "CertificationName"));

            // The next one finds no valid qualification.
            station.call("PUT", "/control/v1/faults/validity-2", "{\"count\":1}");
            System.out.println(field(station.call("POST", "/control/v1/visits", "{\"person\":\"taro\"}"), "outcome"));

            station.call("POST", "/control/v1/reset", "{}");
        }
    }
}
