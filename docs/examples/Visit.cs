// A visit from a test in C#: start, wait until ready, tap, read the files, go back to the beginning. No packages; .NET 6 or later, .NET
// Framework 4.8 and Mono.
//
//     dotnet new console -o visit && copy Visit.cs visit\Program.cs && dotnet run --project visit -- [path of madoguchi]
//     mcs -r:System.Net.Http -r:System.Runtime.Serialization -r:System.Xml.Linq Visit.cs && mono Visit.exe [path of madoguchi]

using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Threading.Tasks;
using System.Xml;
using System.Xml.Linq;

/// <summary>A madoguchi of its own, in a folder of its own, on a port that the system chooses.</summary>
sealed class Station : IDisposable
{
    readonly Process process;
    readonly HttpClient client;
    readonly DirectoryInfo folder;

    public Station(string program)
    {
        folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()));
        // The clock stands still and nothing takes time: a test gives the same files every day.
        process = Process.Start(new ProcessStartInfo(program,
            "run --headless --control 127.0.0.1:0 --pace instant --clock 20261121093000,freeze")
        { WorkingDirectory = folder.FullName, RedirectStandardError = true, UseShellExecute = false });
        string line;
        do line = process.StandardError.ReadLine(); while (line != null && !line.StartsWith("madoguchi ready control="));
        if (line == null) throw new IOException("madoguchi did not come up");
        client = new HttpClient { BaseAddress = new Uri(line.Split('=', ' ')[3]) };
    }

    /// <summary>Sends JSON; the answer's JSON is read as XML, which every .NET can do without a package.</summary>
    public async Task<XElement> Call(HttpMethod method, string path, string json)
    {
        var request = new HttpRequestMessage(method, path)
        { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        var answer = await client.SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException(Encoding.UTF8.GetString(bytes));
        if (bytes.Length == 0) return null;
        using (var reader = JsonReaderWriterFactory.CreateJsonReader(bytes, XmlDictionaryReaderQuotas.Max))
            return XElement.Load(reader);
    }

    public void Dispose()
    {
        client.Dispose();
        process.Kill();
        process.WaitForExit();
        folder.Delete(true);
    }
}

static class Program
{
    static string Text(XElement file, string name)
    {
        return XDocument.Load(file.Value).Descendants(name).First().Value;
    }

    static void Main(string[] arguments)
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        Run(arguments.FirstOrDefault() ?? "madoguchi").GetAwaiter().GetResult();
    }

    static async Task Run(string program)
    {
        using (var station = new Station(program))
        {
            // Answers when every file of the visit stands in its folder.
            var visit = await station.Call(HttpMethod.Post, "/control/v1/visits", "{\"person\": \"hanako\"}");
            if (visit.Element("outcome").Value != "valid") throw new InvalidOperationException(visit.ToString());
            var files = visit.Element("files");
            Console.WriteLine(Text(files.Element("face"), "Name") + " " + Text(files.Element("face"), "InsurerNumber"));
            Console.WriteLine(Text(files.Element("pmh"), "CertificationName"));

            // The next one finds no valid qualification.
            await station.Call(HttpMethod.Put, "/control/v1/faults/validity-2", "{\"count\": 1}");
            visit = await station.Call(HttpMethod.Post, "/control/v1/visits", "{\"person\": \"taro\"}");
            Console.WriteLine(visit.Element("outcome").Value);

            await station.Call(HttpMethod.Post, "/control/v1/reset", "{}");
        }
    }
}
