// A visit from a test in C#: start, wait until ready, tap, read the file, go back to the beginning. .NET 6 or later, no packages.
//
//     dotnet new console -o visit && copy Visit.cs visit\Program.cs && dotnet run --project visit [path of madoguchi]

using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.Tasks;
using System.Xml.Linq;

/// <summary>A madoguchi of its own, in a folder of its own, on a port that the system chooses.</summary>
sealed class Station : IDisposable
{
    readonly Process process;
    readonly HttpClient client;

    public Station(string program)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()));
        // The clock stands still and nothing takes time: a test gives the same files every day.
        process = Process.Start(new ProcessStartInfo(program,
            "run --headless --control 127.0.0.1:0 --pace instant --clock 20261121093000,freeze")
        { WorkingDirectory = folder.FullName, RedirectStandardError = true })!;
        string? line;
        do line = process.StandardError.ReadLine(); while (line != null && !line.StartsWith("madoguchi ready control="));
        if (line == null) throw new IOException("madoguchi did not come up");
        client = new HttpClient { BaseAddress = new Uri(line.Split('=', ' ')[3]) };
    }

    public async Task<JsonElement> Call(HttpMethod method, string path, object body)
    {
        var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException(text);
        return text == "" ? default : JsonDocument.Parse(text).RootElement;
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
    }
}

static class Program
{
    static string Text(JsonElement file, string name) => XDocument.Load(file.GetString()!).Descendants(name).First().Value;

    static async Task Main(string[] arguments)
    {
        using var station = new Station(arguments.FirstOrDefault() ?? "madoguchi");
        // Answers when every file of the visit stands in its folder.
        var visit = await station.Call(HttpMethod.Post, "/control/v1/visits", new { person = "hanako" });
        if (visit.GetProperty("outcome").GetString() != "valid") throw new InvalidOperationException(visit.ToString());
        var files = visit.GetProperty("files");
        Console.WriteLine($"{Text(files.GetProperty("face"), "Name")} {Text(files.GetProperty("face"), "InsurerNumber")}");
        Console.WriteLine(Text(files.GetProperty("pmh"), "CertificationName"));

        // The next one finds no valid qualification.
        await station.Call(HttpMethod.Put, "/control/v1/faults/validity-2", new { count = 1 });
        Console.WriteLine((await station.Call(HttpMethod.Post, "/control/v1/visits", new { person = "taro" })).GetProperty("outcome"));

        await station.Call(HttpMethod.Post, "/control/v1/reset", new { });
    }
}
